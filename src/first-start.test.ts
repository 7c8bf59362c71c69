// Goal: the first catalog comes in once for each source, the shop is ready when it can be found and bought, and no
// fault on the way is final but an unreadable file. Method: the real first start over modules that are plain objects,
// whose answers the test decides; time is real, and waits are short.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Catalog, ImportReport } from '#catalog';
import { systemClock } from '#platform/clock';
import { createIds } from '#platform/ids';
import { createLog } from '#platform/log';
import { accept, refuse, Unavailable } from '#platform/outcome';
import type { Config } from './config.ts';
import { type FirstStartDeps, firstStart } from './first-start.ts';
import { firstStartMarker } from './first-start-marker.ts';
import { fileSource, tellProgress } from './import-source.ts';

interface World {
  /** Bytes of each import that was begun, by its id. */
  uploads: Map<string, Buffer>;
  /** The arguments of each startImport. */
  started: Parameters<Catalog['startImport']>[0][];
  signUps: string[];
  reports: Map<string, ImportReport>;
  /** What the next finished import becomes. */
  outcome: Partial<ImportReport>;
  /** Products in the catalog, in the index, and units of each. */
  products: number;
  found: number;
  available: number;
  isDown: boolean;
}

function emptyWorld(): World {
  return {
    uploads: new Map(),
    started: [],
    signUps: [],
    reports: new Map(),
    outcome: { state: 'done' },
    products: 0,
    found: 0,
    available: 100,
    isDown: false,
  };
}

/** Each line that is uploaded is a product, which search finds at once. */
function fakeModules(world: World): FirstStartDeps['modules'] {
  const nothing = { created: 0, updated: 0, unchanged: 0, rejected: 0, read: 0, errors: [] };
  const catalog = {
    async startImport(input: World['started'][number]) {
      if (world.isDown) throw new Unavailable('the catalog does not answer');
      world.started.push(input);
      const { import_id } = input;
      const known = world.reports.get(import_id) ?? { import_id, state: 'running' as const, ...nothing };
      world.reports.set(import_id, known);
      return known;
    },
    async appendImport({ import_id, offset, chunk }: { import_id: string; offset: number; chunk: string }) {
      const before = world.uploads.get(import_id) ?? Buffer.alloc(0);
      const bytes = Buffer.concat([before.subarray(0, offset), Buffer.from(chunk, 'base64')]);
      world.uploads.set(import_id, bytes);
      return { offset: bytes.length };
    },
    async finishImport({ import_id }: { import_id: string }) {
      const report = { ...world.reports.get(import_id)!, ...world.outcome };
      world.reports.set(import_id, report);
      if (report.state === 'done') world.products = world.found = 3;
      return report;
    },
    getImport: async ({ import_id }: { import_id: string }) => world.reports.get(import_id) ?? null,
    listProducts: async () => {
      const items = Array.from({ length: world.products }, (_, i) => ({ product_id: String(i) }));
      return accept({ items, total: world.products, total_relation: 'eq', page: 1, page_size: 100 });
    },
    scanProducts: async () => [],
    createSeller: async () => ({}),
  };
  const accounts = {
    async signUp({ email }: { email: string }) {
      world.signUps.push(email);
      return refuse('EMAIL_TAKEN');
    },
    getUser: async () => null,
  };
  const search = { status: async () => ({ ready: true, products: world.found, engine: 'fake' }) };
  const inventory = {
    getAvailability: async ({ product_ids }: { product_ids: string[] }) =>
      product_ids.map(product_id => ({ product_id, available: world.available })),
  };
  return { apis: { catalog, accounts, search, inventory }, local: new Map() } as never;
}

const THREE = '{"title":"a"}\n{"title":"b"}\n{"title":"c"}\n';

async function setUp(t: { after(work: () => Promise<void>): void }, world = emptyWorld()) {
  const dataDir = await mkdtemp(join(tmpdir(), 'doorbuster-first-'));
  t.after(() => rm(dataDir, { recursive: true, force: true }));
  const catalogFile = join(dataDir, 'products.jsonl');
  await writeFile(catalogFile, THREE);
  const modules = new Set(['gateway', 'catalog']);
  const config = {
    dataDir,
    catalogFile,
    currency: 'USD',
    demo: false,
    production: false,
    modules,
  } as unknown as Config;
  const log = createLog({ level: 'silent' });
  const open = (changes: Partial<Config> = {}) =>
    firstStart({ ...config, ...changes }, { clock: systemClock, ids: createIds(), log, modules: fakeModules(world) });
  const runToEnd = async (changes: Partial<Config> = {}) => {
    const first = open(changes);
    first.begin();
    await first.done;
    return first;
  };
  return { world, dataDir, catalogFile, open, runToEnd };
}

test('a file is imported whole, with 100 of everything, and then the shop is ready', async t => {
  const { world, open, catalogFile } = await setUp(t);
  const first = open();
  assert.equal(first.state().ready, false);
  const lines: string[] = [];
  first.onProgress(line => lines.push(line));
  first.begin();
  await first.done;
  assert.deepEqual(first.state(), { ready: true, text: 'ok' });
  const [started] = world.started;
  assert.deepEqual(
    { ...started, import_id: '' },
    { import_id: '', seller_id: null, format: 'doorbuster', encoding: 'ndjson', default_stock: 100 },
  );
  assert.deepEqual(world.uploads.get(started!.import_id), await readFile(catalogFile));
  assert.equal(lines[0], 'products.jsonl: importing');
  assert.equal(lines.at(-1), 'The shop is filled: 3 products can be found and bought');
});

test('a source that is in is not imported again', async t => {
  const { world, runToEnd } = await setUp(t);
  await runToEnd();
  const again = await runToEnd();
  assert.deepEqual(again.state(), { ready: true, text: 'ok' });
  assert.equal(world.started.length, 1);
});

test('a file that has changed is another source, and so is another file', async t => {
  const { world, runToEnd, catalogFile, dataDir } = await setUp(t);
  await runToEnd();
  await writeFile(catalogFile, `${THREE}{"title":"d"}\n`);
  await runToEnd();
  await utimes(catalogFile, new Date(0), new Date(0));
  await runToEnd();
  const other = join(dataDir, 'other.jsonl');
  await writeFile(other, THREE);
  await runToEnd({ catalogFile: other });
  await runToEnd();
  assert.equal(world.started.length, 4);
  assert.equal(new Set(world.started.map(({ import_id }) => import_id)).size, 4);
});

test('a marker over an empty catalog does not count', async t => {
  const { world, runToEnd } = await setUp(t);
  await runToEnd();
  world.products = 0;
  world.reports.clear();
  await runToEnd();
  assert.equal(world.started.length, 2);
  assert.equal(world.started[0]!.import_id, world.started[1]!.import_id);
});

test('a start after a crash finds the finished import and sends nothing', async t => {
  const { world, runToEnd, dataDir } = await setUp(t);
  await runToEnd();
  await rm(join(dataDir, 'first-start.json'));
  world.uploads.clear();
  const first = await runToEnd();
  assert.equal(first.state().ready, true);
  assert.equal(world.uploads.size, 0);
});

test('the shop is not ready before search has every product', async t => {
  const { world, open } = await setUp(t);
  const first = open();
  let polls = 0;
  Object.defineProperty(world, 'found', { get: () => (++polls > 3 ? 3 : 2), set: () => {} });
  first.begin();
  await first.done;
  assert.equal(first.state().ready, true);
  assert.equal(polls, 4);
});

test('the shop is not ready before inventory elsewhere has received the stock', async t => {
  const { world, open } = await setUp(t);
  const first = open();
  let polls = 0;
  Object.defineProperty(world, 'available', { get: () => (++polls > 6 ? 100 : 0) });
  first.begin();
  await first.done;
  assert.equal(first.state().ready, true);
  assert.ok(polls > 6);
});

test('an outage passes, and the import begins when it is over', async t => {
  const { world, open } = await setUp(t);
  world.isDown = true;
  const first = open();
  const told = new Promise<string>(resolve => {
    first.onProgress(line => {
      if (line === 'the catalog does not answer') resolve(line);
    });
  });
  first.begin();
  await told;
  assert.deepEqual(first.state(), { ready: false, text: 'the catalog does not answer' });
  world.isDown = false;
  await first.done;
  assert.equal(first.state().ready, true);
});

test('a file that cannot be read is told and leaves the shop unready; the next start tries once more', async t => {
  const { world, runToEnd } = await setUp(t);
  world.outcome = { state: 'failed', errors: [{ line: 7, message: 'the JSON text ends in the middle' }] };
  const text = 'The import of products.jsonl failed at line 7: the JSON text ends in the middle';
  assert.deepEqual((await runToEnd()).state(), { ready: false, text });
  world.outcome = { state: 'done', errors: [] };
  assert.equal((await runToEnd()).state().ready, true);
  assert.notEqual(world.started.at(-1)!.import_id, world.started[0]!.import_id);
});

test('a stopped start settles, is not ready and leaves no marker', async t => {
  const { world, open, dataDir } = await setUp(t);
  world.outcome = { state: 'running' };
  const first = open();
  first.begin();
  while (world.uploads.size === 0) await new Promise(resolve => setImmediate(resolve));
  await first.stop();
  await first.done;
  assert.equal(first.state().ready, false);
  await assert.rejects(readFile(join(dataDir, 'first-start.json')), { code: 'ENOENT' });
});

test('without a file and without the demo the shop begins empty and is ready', async t => {
  const { world, runToEnd } = await setUp(t);
  const first = await runToEnd({ catalogFile: undefined });
  assert.deepEqual(first.state(), { ready: true, text: 'ok' });
  assert.equal(world.started.length, 0);
});

test('production has no demo, whatever is configured', async t => {
  const { world, runToEnd } = await setUp(t);
  await runToEnd({ catalogFile: undefined, demo: true, production: true });
  await runToEnd({ demo: true, production: true });
  assert.deepEqual(world.signUps, []);
  assert.equal(world.started.length, 1);
});

test('beside a file the demo brings its people and no products', async t => {
  const { world, runToEnd } = await setUp(t);
  await runToEnd({ demo: true });
  assert.equal(world.signUps.length, 5);
  assert.equal(world.started.length, 1);
  assert.equal(world.started[0]!.default_stock, 100);
});

test('without a file the demo catalog is imported, and once', async t => {
  const { world, runToEnd } = await setUp(t);
  const demo = { catalogFile: undefined, demo: true };
  assert.equal((await runToEnd(demo)).state().ready, true);
  await runToEnd(demo);
  assert.equal(world.started.length, 1);
  const sent = world.uploads.get(world.started[0]!.import_id)!.toString().trimEnd().split('\n');
  assert.equal(sent.length, 2000);
  assert.equal(JSON.parse(sent[0]!).external_id, 'demo-0001');
  assert.equal(world.started[0]!.default_stock, null);
});

test('a process without the gateway leaves it to the one that has it', async t => {
  const { world, runToEnd } = await setUp(t);
  const first = await runToEnd({ modules: new Set(['catalog']) });
  assert.equal(first.state().ready, true);
  assert.equal(world.started.length, 0);
});

test('a damaged marker counts as none', async t => {
  const { dataDir } = await setUp(t);
  const marker = firstStartMarker(dataDir);
  const mark = { source: 'a file', size: 3, mtime: '2026-01-01T00:00:00.000Z' };
  assert.equal(await marker.has(mark), false);
  await writeFile(join(dataDir, 'first-start.json'), '{"sources": [');
  assert.equal(await marker.has(mark), false);
  await marker.add(mark, '2026-01-02T00:00:00.000Z');
  assert.equal(await marker.has(mark), true);
  assert.equal(await marker.has({ ...mark, size: 4 }), false);
  assert.equal(await marker.has({ ...mark, mtime: null }), false);
});

test('a file says by its beginning what it is, compressed or not', async t => {
  const { dataDir } = await setUp(t);
  const kindOf = async (bytes: Buffer | string) => {
    const path = join(dataDir, 'some.file');
    await writeFile(path, bytes);
    const { format, encoding, records } = await fileSource(path);
    return { format, encoding, records: await records };
  };
  const icecat = '{"id":"1","title":"x","supplier":"y","short_description":"z"}\n'.repeat(5000);
  assert.deepEqual(await kindOf(gzipSync(icecat)), { format: 'icecat', encoding: 'ndjson', records: 5000 });
  assert.deepEqual(await kindOf(icecat.trimEnd()), { format: 'icecat', encoding: 'ndjson', records: 5000 });
  const google = 'id\ttitle\timage link\tavailability\n1\tx\ty\tin stock\n';
  assert.deepEqual(await kindOf(google), { format: 'google-merchant', encoding: 'csv', records: undefined });
  assert.deepEqual(await kindOf('[{"title":"a"}]'), { format: 'doorbuster', encoding: 'json', records: undefined });
  const cutShort = gzipSync(icecat).subarray(0, 100);
  assert.equal((await kindOf(cutShort)).records, undefined);
});

test('progress tells the count, the rate, and percents where the whole is known', () => {
  const known = tellProgress('x', { read: 6500, records: 19_406, perSecond: 1234.4 });
  assert.equal(known, 'x: 6,500 of 19,406 products (33%), 1,234 a second');
  const unknown = tellProgress('x', { read: 6500, records: undefined, perSecond: 0 });
  assert.equal(unknown, 'x: 6,500 products, 0 a second');
});
