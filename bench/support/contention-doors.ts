import { Unavailable } from '#platform/outcome';
import type { LedgerStrategy } from '../../src/inventory/create-ledger.ts';
import { createClient, newProduct } from '../../test/support/client.ts';
import { openRedis } from '../../test/support/redis.ts';
import type { BenchScope } from './benchmark.ts';
import { cpuSecondsBelow } from './cpu-time.ts';
import { type CrowdResult, clickAtOnce } from './crowd.ts';
import { createInstantGateway } from './instant-gateway.ts';
import { type OrderModules, openOrderModules } from './order-modules.ts';
import { runBeside } from './run-beside.ts';
import { auditFailures, newGuests, startStockedShop } from './stocked-shop.ts';

export interface Contention {
  buyers: number;
  units: number;
  /** At once at most. */
  connections: number;
  strategy: LedgerStrategy;
  /** Of a gate before it. */
  redisUrl: string | undefined;
}

export interface Contended {
  crowd: CrowdResult;
  /** Units of the product that nobody has got. */
  left: number;
  /** CPU seconds while the crowd was there, with the one's that sent it; null where they can't be read. */
  cpu: { generator: number | null; shop: number | null; postgres: number | null };
  /** What the audit says. */
  broken: string[];
}

/** Of another product, before: a shop on its great day has compiled what it does and opened its connections. */
const WARMING = { buyers: 400, units: 100 };

/** Buy-now over HTTP: the crowd is another process on the same cores. */
export async function crowdTheShop(scope: BenchScope, contention: Contention): Promise<Contended> {
  const { buyers, units, connections, strategy, redisUrl } = contention;
  const environment = { INVENTORY_LEDGER: strategy, ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }) };
  const { shop, productIds } = await startStockedShop(scope, { products: 1, stock: units, environment });
  const productId = productIds[0]!;
  const tokens = await newGuests(shop.url, buyers);
  scope.say(`${buyers.toLocaleString('en')} guests are there`);
  const { product_id: warming } = await newProduct(shop, { stock: WARMING.units });
  const first = { url: shop.url, productId: warming, tokens: tokens.slice(0, WARMING.buyers), connections };
  await runBeside(scope, 'crowd', first);
  const before = cpuSecondsBelow(shop.pid);
  const crowd = await runBeside(scope, 'crowd', { url: shop.url, productId, tokens, connections });
  const after = cpuSecondsBelow(shop.pid);
  const { body: stock } = await createClient(shop.url, shop.adminKey).get(`/api/admin/inventory/${productId}`);
  return {
    crowd,
    left: stock.available,
    cpu: {
      generator: crowd.cpuSeconds,
      shop: difference(before?.node, after?.node),
      postgres: difference(before?.postgres, after?.postgres),
    },
    broken: await auditFailures(shop),
  };
}

/** Buy-now of the orders module with its gateway in this process: shop and crowd are one. */
export async function crowdTheModules(scope: BenchScope, contention: Contention): Promise<Contended> {
  const { buyers, units, connections, strategy, redisUrl } = contention;
  const redis = redisUrl === undefined ? undefined : await openRedis(scope, redisUrl);
  const modules = await openOrderModules(scope, {
    gateways: [createInstantGateway()],
    ledger: { ledgerStrategy: strategy, redis },
  });
  const [productId, warming] = [await modules.sell(1, units), await modules.sell(1, WARMING.units)].flat();
  const crowdOf = (count: number) => Array.from({ length: Math.min(connections, count) }, () => null);
  const buy = (id: string) => () => buyOne(modules, id);
  await clickAtOnce({ buyers: WARMING.buyers, places: crowdOf(WARMING.buyers), click: buy(warming!) });
  await modules.drained();
  const before = cpuSecondsBelow(modules.postgresPid);
  const crowd = await clickAtOnce({ buyers, places: crowdOf(buyers), click: buy(productId!) });
  const after = cpuSecondsBelow(modules.postgresPid);
  await modules.drained();
  const { available } = await modules.inventory.getStock({ product_id: productId! });
  return {
    crowd,
    left: available,
    cpu: { generator: null, shop: crowd.cpuSeconds, postgres: difference(before?.postgres, after?.postgres) },
    broken: await modules.audit(),
  };
}

/** Told as over HTTP, so that the two doors can be compared. */
async function buyOne(modules: OrderModules, product_id: string): Promise<string> {
  try {
    const bought = await modules.buyNow(product_id);
    if (!bought.ok) return `409 ${bought.code}`;
    return bought.value.order.status === 'CONFIRMED' ? 'confirmed' : bought.value.order.status;
  } catch (error) {
    if (error instanceof Unavailable) return '503 UNAVAILABLE';
    throw error;
  }
}

function difference(before: number | undefined, after: number | undefined): number | null {
  return before === undefined || after === undefined ? null : after - before;
}
