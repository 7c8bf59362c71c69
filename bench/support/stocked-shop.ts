import { setTimeout as pause } from 'node:timers/promises';
import { createClient, newProduct } from '../../test/support/client.ts';
import { type BenchShop, startBenchShop } from './bench-shop.ts';
import type { BenchScope } from './benchmark.ts';
import { openShopConnection } from './shop-connection.ts';

export interface StockedShop {
  shop: BenchShop;
  productIds: string[];
}

/** A shop with `products` of `stock` units each and nothing else: a demo catalogue goes on to fill in the background. */
export async function startStockedShop(
  scope: BenchScope,
  { products, stock, environment }: { products: number; stock: number; environment?: Record<string, string> },
): Promise<StockedShop> {
  const shop = await startBenchShop(scope, { DEMO: 'off', ...environment });
  const productIds: string[] = [];
  for (let made = 0; made < products; made += 1) productIds.push((await newProduct(shop, { stock })).product_id);
  return { shop, productIds };
}

const SIGNED_IN_AT_ONCE = 32;

/** Tokens of `count` new guests. */
export async function newGuests(url: string, count: number): Promise<string[]> {
  const tokens: string[] = [];
  let left = count;
  async function signIn(): Promise<void> {
    const connection = await openShopConnection(url);
    while (left > 0) {
      left -= 1;
      const { status, text } = await connection.post('/api/sessions', '', '');
      if (status !== 201) throw new Error(`a guest was answered ${status}: ${text}`);
      tokens.push((JSON.parse(text) as { token: string }).token);
    }
    connection.close();
  }
  await Promise.all(Array.from({ length: Math.min(SIGNED_IN_AT_ONCE, count) }, signIn));
  return tokens;
}

const AUDITED_WITHIN_MS = 120_000;

/** The broken invariants of the shop, once what follows orders by events has been done. */
export async function auditFailures({ url, adminKey }: BenchShop): Promise<string[]> {
  const admin = createClient(url, adminKey);
  const deadline = performance.now() + AUDITED_WITHIN_MS;
  for (;;) {
    const { status, body } = await admin.get('/api/admin/audit');
    if (status !== 200) throw new Error(`the audit is answered ${status}: ${JSON.stringify(body)}`);
    const broken = (body.invariants as { name: string; ok: boolean }[]).filter(({ ok }) => !ok);
    if (broken.length === 0) return [];
    if (performance.now() > deadline) return broken.map(({ name }) => `audit: ${name} does not hold`);
    await pause(1_000);
  }
}
