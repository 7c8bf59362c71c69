// Goal: an empty shop is filled with people, products and reviews, once, wherever it is cut off. Method: the real
// catalog and accounts on databases of their own; a seed is stopped half-way, gone on with, and repeated.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Accounts } from '#accounts';
import type { Catalog } from '#catalog';
import { createLog } from '#platform/log';
import { openAccounts } from '../../test/support/accounts.ts';
import { openCatalog } from '../../test/support/catalog.ts';
import { generateCatalog } from './generate-catalog.ts';
import { demoLogins, seedPeople } from './people.ts';
import { reviewsOf } from './reviews.ts';
import { type SeedDeps, seedDemo } from './seed-demo.ts';
import { demoSellers } from './sellers.ts';

const log = createLog({ level: 'silent' });
const products = [...generateCatalog({ currency: 'USD' })];
const reviewCount = products.reduce((sum, product) => sum + reviewsOf(product).length, 0);

/** The upload as the first start does it, without its progress. */
function importInto(catalog: Catalog, idle: () => Promise<void>): SeedDeps['importProducts'] {
  return async ({ import_id, chunks }) => {
    await catalog.startImport({
      import_id,
      seller_id: null,
      format: 'doorbuster',
      encoding: 'ndjson',
      default_stock: null,
    });
    let offset = 0;
    for await (const chunk of chunks) {
      ({ offset } = await catalog.appendImport({ import_id, offset, chunk: chunk.toString('base64') }));
    }
    await catalog.finishImport({ import_id });
    await idle();
    return (await catalog.getImport({ import_id }))!;
  };
}

async function countReviews(catalog: Catalog): Promise<{ products: number; reviews: number }> {
  let after: string | null = null;
  const counts = { products: 0, reviews: 0 };
  for (;;) {
    const scanned = await catalog.scanProducts({ after, limit: 1000 });
    counts.products += scanned.length;
    counts.reviews += scanned.reduce((sum, product) => sum + product.review_count, 0);
    if (scanned.length < 1000) return counts;
    after = scanned.at(-1)!.product_id;
  }
}

test('a seed that was stopped goes on, and a repeated one changes nothing', async t => {
  const { catalog, module } = await openCatalog(t);
  const { api: accounts } = await openAccounts(t);
  const importProducts = importInto(catalog, module.importsEnded);
  const lines: string[] = [];
  async function seed(options: { stopAt?: string } = {}): Promise<void> {
    const stopping = new AbortController();
    const onProgress = (line: string) => {
      lines.push(line);
      if (line.startsWith(options.stopAt ?? 'never')) stopping.abort();
    };
    const given = { catalog, accounts, currency: 'USD', log, importProducts, onProgress };
    await seedDemo({ ...given, signal: stopping.signal });
  }

  await seed({ stopAt: 'demo reviews: 1000' });
  const halfWay = await countReviews(catalog);
  assert.equal(halfWay.products, 2000);
  assert.ok(halfWay.reviews >= 1000 && halfWay.reviews < 1100, String(halfWay.reviews));

  await seed();
  assert.deepEqual(await countReviews(catalog), { products: 2000, reviews: reviewCount });
  const before = await catalog.scanProducts({ after: null, limit: 1000 });
  await seed();
  assert.deepEqual(await catalog.scanProducts({ after: null, limit: 1000 }), before);
  assert.ok(lines.includes(`demo reviews: 1000 of ${reviewCount}`));

  const listed = await catalog.listSellers({ page: 1, page_size: 100 });
  assert.ok(listed.ok);
  const sellers = listed.value;
  for (const { name } of demoSellers) assert.ok(sellers.items.some(seller => seller.name === name));
  assert.equal(sellers.total, demoSellers.length + 1);
});

test('reviews are some 6,000, by different people for each product, and mostly kind', () => {
  assert.ok(reviewCount > 5_500 && reviewCount < 6_500, String(reviewCount));
  const ratings = new Map<number, number>();
  for (const product of products) {
    const reviews = reviewsOf(product);
    assert.equal(new Set(reviews.map(({ user_id }) => user_id)).size, reviews.length);
    for (const { review } of reviews) {
      assert.doesNotMatch(`${review.title} ${review.body}`, /[{}]|undefined/);
      ratings.set(review.rating, (ratings.get(review.rating) ?? 0) + 1);
    }
  }
  assert.deepEqual([...ratings.keys()].sort(), [1, 2, 3, 4, 5]);
  assert.ok(
    ratings.get(5)! > ratings.get(4)! && ratings.get(4)! > ratings.get(3)! && ratings.get(3)! > ratings.get(1)!,
  );
});

test('a better product has better reviews', () => {
  const mean = (from: number, to: number) => {
    const found = products.filter(({ quality }) => quality >= from && quality < to).flatMap(reviewsOf);
    return found.reduce((sum, { review }) => sum + review.rating, 0) / found.length;
  };
  assert.ok(mean(4.5, 5) > mean(3.8, 4.2) + 0.2);
  assert.ok(mean(3.8, 4.2) > mean(3, 3.5) + 0.2);
});

test('the printed logins work, each with its role', async t => {
  const { catalog } = await openCatalog(t);
  const { api: accounts, logIn } = await openAccounts(t);
  await seedPeople({ accounts, catalog, log });
  await seedPeople({ accounts, catalog, log });
  for (const { email, password, role, name, prime = false, seller_id = null } of demoLogins) {
    const answer = await logIn(email, password);
    assert.ok(answer.ok, email);
    const { user } = answer.value;
    assert.deepEqual(
      { email: user.email, role: user.role, name: user.name, prime: user.prime, seller_id: user.seller_id },
      { email, role, name, prime, seller_id },
    );
    assert.match(email, /@example\.com$/);
  }
  const roles = demoLogins.map(({ role }) => role).sort();
  assert.deepEqual(roles, ['customer', 'customer', 'seller', 'seller', 'staff']);
});

test('somebody who has signed up with the address of a demo login does not become staff', async t => {
  const { catalog } = await openCatalog(t);
  const { api: accounts, signUp } = await openAccounts(t);
  const { user } = await signUp(demoLogins[0]!.email);
  await seedPeople({ accounts, catalog, log });
  assert.equal((await accounts.getUser({ user_id: user.user_id }))!.role, 'customer');
  assert.equal(await accounts.getUser({ user_id: demoLogins[0]!.user_id }), null);
});

test('a seed that was cut off between the signing-up and the role gives the role', async t => {
  const { catalog } = await openCatalog(t);
  const { api } = await openAccounts(t);
  const cut: Accounts['setRole'] = async () => {
    throw new Error('cut off');
  };
  await assert.rejects(seedPeople({ accounts: { ...api, setRole: cut }, catalog, log }), /cut off/);
  const { user_id } = demoLogins[0]!;
  assert.equal((await api.getUser({ user_id }))!.role, 'customer');
  await seedPeople({ accounts: api, catalog, log });
  assert.equal((await api.getUser({ user_id }))!.role, 'staff');
});
