// Goal: an import does exactly what its file says, once, whatever is sent twice, runs at once or dies in the middle.
// Method: uploads and files on the whole module with PostgreSQL; counts are exact, and the products are read back.

import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { DEFAULT_SELLER } from '#catalog';
import { manualClock } from '#platform/clock';
import { Unavailable } from '#platform/outcome';
import { type Database, sql } from '#platform/sql';
import { created, figures, ids, imported, type OpenCatalog, openCatalog } from '../../test/support/catalog.ts';
import { allEvents } from '../../test/support/events.ts';
import { createCatalog } from './index.ts';

const OTHER_SELLER = '01900000-0000-7000-8000-0000000000ff';

function line(i: number, fields: object = {}): string {
  const price = { amount: 100 + i, currency: 'USD' };
  return `${JSON.stringify({ external_id: `P${i}`, title: `Lamp ${i}`, category_path: ['Home'], price, ...fields })}\n`;
}

function lines(count: number, fields: object = {}): string {
  return Array.from({ length: count }, (_, i) => line(i, fields)).join('');
}

async function allOf({ catalog }: OpenCatalog) {
  return await catalog.scanProducts({ after: null, limit: 1000 });
}

describe('what an import does', () => {
  test('the first time it creates, the second time it changes nothing, later what differs', async t => {
    const opened = await openCatalog(t);
    const { catalog } = opened;
    assert.deepEqual(figures(await imported(opened, lines(3, { stock: 5 }))), [3, 3, 0, 0, 0]);
    assert.deepEqual(
      (await allEvents(catalog)).map(({ type, version, data }) => [type, version, (data as { stock: number }).stock]),
      Array.from({ length: 3 }, () => ['product.created', 1, 5]),
    );
    const before = await allOf(opened);
    assert.deepEqual(figures(await imported(opened, lines(3, { stock: 9 }))), [3, 0, 0, 3, 0]);
    assert.deepEqual(await allOf(opened), before);
    const dearer = line(1, { price: { amount: 999, currency: 'USD' } });
    assert.deepEqual(figures(await imported(opened, line(0) + dearer + line(2, { brand: 'Lumen' }))), [3, 0, 2, 1, 0]);
    const events = (await allEvents(catalog)).slice(3).map(({ type, version }) => `${type} ${version}`);
    assert.deepEqual(events.sort(), ['product.price_changed 2', 'product.updated 2', 'product.updated 2']);
    assert.deepEqual(
      (await allOf(opened)).map(product => [product.price.amount, product.brand, product.version]).sort(),
      [
        [100, null, 1],
        [102, 'Lumen', 2],
        [999, null, 2],
      ],
    );
  });

  test('a cached product is fresh after an import', async t => {
    const opened = await openCatalog(t);
    await imported(opened, line(1));
    const { product_id } = (await allOf(opened))[0]!;
    await opened.catalog.getProducts({ product_ids: [product_id] });
    await imported(opened, line(1, { title: 'New' }));
    const [product] = await opened.catalog.getProducts({ product_ids: [product_id] });
    assert.equal(product!.title, 'New');
  });

  test('what a file cannot say stays as staff have set it', async t => {
    const opened = await openCatalog(t);
    await imported(opened, line(1));
    const { product_id } = (await allOf(opened))[0]!;
    await opened.catalog.updateProduct({ product_id, patch: { prime: true, max_per_person: 2 } });
    assert.deepEqual(figures(await imported(opened, line(1))), [1, 0, 0, 1, 0]);
    assert.deepEqual(figures(await imported(opened, line(1, { prime: false }))), [1, 0, 1, 0, 0]);
    const [product] = await allOf(opened);
    assert.deepEqual([product!.prime, product!.max_per_person], [false, 2]);
  });

  test('the same product twice in a file ends as its last line says', async t => {
    const opened = await openCatalog(t);
    const file = line(1) + line(2) + line(1, { title: 'Last' }) + line(1, { title: 'Last' });
    assert.deepEqual(figures(await imported(opened, file)), [4, 2, 1, 1, 0]);
    assert.deepEqual((await allOf(opened)).map(product => product.title).sort(), ['Lamp 2', 'Last']);
  });

  test('a deleted product that a file names again is a new one', async t => {
    const opened = await openCatalog(t);
    await imported(opened, line(1));
    const { product_id } = (await allOf(opened))[0]!;
    await opened.catalog.deleteProduct({ product_id });
    assert.deepEqual(figures(await imported(opened, line(1))), [1, 1, 0, 0, 0]);
    assert.deepEqual((await allOf(opened)).map(product => product.deleted).sort(), [false, true]);
  });

  test('stock is what the file says, else the default, else none', async t => {
    const opened = await openCatalog(t);
    await imported(opened, line(1, { stock: 3 }) + line(2), { default_stock: 100 });
    await imported(opened, line(3));
    const stocks = (await allEvents(opened.catalog)).map(({ data }) => (data as { stock: number | null }).stock);
    assert.deepEqual(stocks.sort(), [100, 3, null]);
  });
});

describe('lists of imports', () => {
  test('imports are listed newest first, those of one seller apart, with their last errors', async t => {
    const opened = await openCatalog(t);
    const { catalog } = opened;
    await catalog.createSeller({ seller_id: OTHER_SELLER, name: 'Ann' });
    const own = await imported(opened, line(1), { seller_id: OTHER_SELLER });
    const shops = await imported(opened, `${'nonsense\n'.repeat(7)}${line(2)}`);
    const listed = await catalog.listImports({ page: 1, page_size: 10 });
    assert.ok(listed.ok);
    const { items, ...rest } = listed.value;
    assert.deepEqual(rest, { total: 2, total_relation: 'eq', page: 1, page_size: 10 });
    assert.deepEqual(
      items.map(({ created_at: _at, ...item }) => item),
      [
        { ...shops, errors: shops.errors.slice(-5), seller_id: null, format: 'doorbuster' },
        { ...own, seller_id: OTHER_SELLER, format: 'doorbuster' },
      ],
    );
    assert.deepEqual([shops.errors.length, items[0]!.created_at > items[1]!.created_at], [7, true]);
    const theirs = await catalog.listImports({ seller_id: OTHER_SELLER, page: 1, page_size: 10 });
    assert.deepEqual(theirs.ok && theirs.value.items, [items[1]]);
    const nobodys = await catalog.listImports({ seller_id: DEFAULT_SELLER.seller_id, page: 1, page_size: 10 });
    assert.deepEqual(nobodys.ok && nobodys.value.items, []);
    assert.deepEqual(await catalog.listImports({ page: 418, page_size: 24 }), { ok: false, code: 'PAGE_TOO_DEEP' });
  });
});

describe('whose products they are', () => {
  test('staff import for the sellers that a file names, and new names become sellers once', async t => {
    const opened = await openCatalog(t);
    const { catalog } = opened;
    await catalog.createSeller({ seller_id: OTHER_SELLER, name: 'Ann' });
    const file = line(1) + line(1, { seller: 'Ann' }) + line(1, { seller: { name: 'Bob' } });
    assert.deepEqual(figures(await imported(opened, file)), [3, 3, 0, 0, 0]);
    assert.deepEqual(figures(await imported(opened, file)), [3, 0, 0, 3, 0]);
    const listed = await catalog.listSellers({ page: 1, page_size: 10 });
    assert.ok(listed.ok);
    assert.deepEqual(listed.value.items.map(seller => seller.name).sort(), ['Ann', 'Bob', DEFAULT_SELLER.name]);
    assert.deepEqual((await allOf(opened)).map(product => product.seller.name).sort(), ['Ann', 'Bob', 'Doorbuster']);
    assert.deepEqual(figures(await imported(opened, line(1, { seller: 'Doorbuster' }))), [1, 0, 0, 1, 0]);
  });

  test('a seller imports its own, and a line for another one is refused', async t => {
    const opened = await openCatalog(t);
    await opened.catalog.createSeller({ seller_id: OTHER_SELLER, name: 'Ann' });
    const theirs = await created(opened.catalog, { external_id: 'P1' });
    const file = line(1) + line(2, { seller: 'Doorbuster' }) + line(3, { seller: 'Ann' });
    const report = await imported(opened, file, { seller_id: OTHER_SELLER });
    assert.deepEqual(figures(report), [3, 2, 0, 0, 1]);
    assert.deepEqual(report.errors, [{ line: 2, message: 'seller Doorbuster is not the one who imports' }]);
    assert.deepEqual(await opened.catalog.getProducts({ product_ids: [theirs.product_id] }), [theirs]);
    const { import_id } = report;
    assert.equal(await opened.catalog.getImport({ import_id, seller_id: DEFAULT_SELLER.seller_id }), null);
    assert.deepEqual(await opened.catalog.getImport({ import_id, seller_id: OTHER_SELLER }), report);
  });
});

describe('what is wrong with a file', () => {
  test('wrong lines are told and counted, and the others imported', async t => {
    const opened = await openCatalog(t);
    const report = await imported(opened, `${line(1)}{broken\n${line(2, { title: '' })}\n${line(3)}`);
    assert.deepEqual([report.state, figures(report)], ['done', [4, 2, 0, 0, 2]]);
    assert.deepEqual(
      report.errors.map(error => [error.line, error.message.slice(0, 20)]),
      [
        [2, 'is not JSON: Expecte'],
        [3, 'title must not have '],
      ],
    );
  });

  test('the first hundred wrong lines are told, and all are counted', async t => {
    const opened = await openCatalog(t);
    const report = await imported(opened, lines(1300, { title: '' }));
    assert.deepEqual(figures(report), [1300, 0, 0, 0, 1300]);
    assert.deepEqual(
      report.errors.map(error => error.line),
      Array.from({ length: 100 }, (_, i) => i + 1),
    );
  });

  test('a file that is not of its encoding fails with a message and imports nothing', async t => {
    const opened = await openCatalog(t);
    const report = await imported(opened, 'external_id,title\nP1,Lamp\n');
    assert.deepEqual([report.state, figures(report)], ['failed', [0, 0, 0, 0, 0]]);
    assert.deepEqual(report.errors, [{ line: 1, message: 'this is no NDJSON: no line begins with {' }]);
    assert.deepEqual(await readdir(join(opened.dataDir, 'imports')), []);
  });

  test('a file that is cut short keeps what came before the cut', async t => {
    const opened = await openCatalog(t);
    const noise = Array.from({ length: 30_000 }, () => ids.next()).join(' ');
    const packed = gzipSync(`${lines(700)}${line(1, { title: 'x', description: noise.slice(0, 19_000) })}${noise}`);
    const report = await imported(opened, packed.subarray(0, packed.length - 100));
    assert.equal(report.state, 'failed');
    assert.match(report.errors.at(-1)!.message, /no whole gzip file/);
    assert.ok(report.created >= 700 && report.created === report.read - report.updated - report.rejected);
  });

  test('text that would break a statement is only text', async t => {
    const opened = await openCatalog(t);
    const title = `'); drop table catalog.products; -- {"a"} \\ $1 %s`;
    assert.deepEqual(figures(await imported(opened, line(1, { title, external_id: title }))), [1, 1, 0, 0, 0]);
    assert.equal((await allOf(opened))[0]!.title, title);
    assert.deepEqual(figures(await imported(opened, line(1, { title, external_id: title }))), [1, 0, 0, 1, 0]);
  });
});

describe('uploads', () => {
  test('every step may be sent again, and chunks of any size make the file', async t => {
    const { catalog, module } = await openCatalog(t);
    const import_id = ids.next();
    const input = {
      import_id,
      seller_id: null,
      format: 'doorbuster',
      encoding: 'ndjson',
      default_stock: null,
    } as const;
    const bytes = gzipSync(lines(5));
    const send = (offset: number, end: number) =>
      catalog.appendImport({ import_id, offset, chunk: bytes.subarray(offset, end).toString('base64') });
    await catalog.startImport(input);
    assert.equal((await catalog.startImport(input)).state, 'running');
    assert.deepEqual(await send(0, 10), { offset: 10 });
    assert.deepEqual(await Promise.all([send(0, 10), send(0, 10)]), [{ offset: 10 }, { offset: 10 }]);
    assert.deepEqual(await send(50, 60), { offset: 10 });
    await send(10, bytes.length);
    await Promise.all([catalog.finishImport({ import_id }), catalog.finishImport({ import_id })]);
    await module.importsEnded();
    const report = await catalog.finishImport({ import_id });
    assert.deepEqual([report.state, figures(report)], ['done', [5, 5, 0, 0, 0]]);
    await send(0, 10);
    assert.equal(await catalog.abandonImport({ import_id }), null);
    assert.deepEqual(await catalog.startImport(input), report);
  });

  test('an upload that is broken off leaves a failed import and no bytes', async t => {
    const opened = await openCatalog(t);
    const { catalog, dataDir } = opened;
    const import_id = ids.next();
    await catalog.startImport({
      import_id,
      seller_id: null,
      format: 'doorbuster',
      encoding: 'ndjson',
      default_stock: null,
    });
    await catalog.appendImport({ import_id, offset: 0, chunk: Buffer.from(line(1)).toString('base64') });
    await catalog.abandonImport({ import_id });
    assert.deepEqual((await catalog.getImport({ import_id }))!.errors, [
      { line: 0, message: 'the upload was broken off' },
    ]);
    assert.deepEqual(await readdir(join(dataDir, 'imports')), []);
    assert.deepEqual(await allOf(opened), []);
  });

  test('an upload that does not go on for a day is ended, a young one is not', async t => {
    const clock = manualClock(Date.parse('2026-11-27T08:00:00.000Z'));
    const { catalog, module, dataDir } = await openCatalog(t, { clock });
    const [old, young] = [ids.next(), ids.next()];
    const input = { seller_id: null, format: 'doorbuster', encoding: 'ndjson', default_stock: null } as const;
    await catalog.startImport({ ...input, import_id: old });
    await catalog.appendImport({ import_id: old, offset: 0, chunk: 'AAAA' });
    clock.advance(23 * 3_600_000);
    await catalog.startImport({ ...input, import_id: young });
    clock.advance(2 * 3_600_000);
    const [job] = module.jobs!;
    await job!.run(new AbortController().signal);
    assert.deepEqual(
      await Promise.all([old, young].map(async id => (await catalog.getImport({ import_id: id }))!.state)),
      ['failed', 'running'],
    );
    assert.deepEqual(await readdir(join(dataDir, 'imports')), []);
  });
});

describe('crashes and rivals', () => {
  /** The database answers, until it has committed so many transactions; then the process is as good as dead. */
  function dyingAfter(db: Database, commits: number): Database {
    let left = commits;
    return {
      ...db,
      get pool() {
        return db.pool;
      },
      async transaction(work) {
        if (left === 0) throw new Unavailable('dead');
        left -= 1;
        return await db.transaction(work);
      },
    };
  }

  test('a file whose import dies goes on behind its last batch, and is the same in the end', async t => {
    const opened = await openCatalog(t);
    const path = join(opened.dataDir, 'file.ndjson');
    await writeFile(path, lines(1700));
    const dead = createCatalog({ ...opened.deps, db: dyingAfter(opened.db, 2) });
    await assert.rejects(dead.importFile({ path, defaultStock: 1 }), Unavailable);
    assert.equal((await allEvents(opened.catalog)).length, 1000);
    const seen: number[] = [];
    const report = await opened.module.importFile({ path, defaultStock: 1, onProgress: now => seen.push(now.read) });
    assert.deepEqual([report.state, figures(report)], ['done', [1700, 1700, 0, 0, 0]]);
    assert.deepEqual(seen, [1500, 1700]);
    assert.equal((await allEvents(opened.catalog)).length, 1700);
  });

  test('an import that is stopped goes on where it was', async t => {
    const opened = await openCatalog(t);
    const path = join(opened.dataDir, 'file.ndjson');
    await writeFile(path, lines(2000));
    const stopping = new AbortController();
    const onProgress = () => stopping.abort();
    const stopped = await opened.module.importFile({ path, signal: stopping.signal, onProgress });
    assert.equal(stopped.state, 'running');
    assert.ok(stopped.read >= 500 && stopped.read < 2000);
    assert.deepEqual(figures(await opened.module.importFile({ path })), [2000, 2000, 0, 0, 0]);
  });

  test('a process that starts takes up the uploads that another one left', async t => {
    const opened = await openCatalog(t);
    const import_id = ids.next();
    await mkdir(join(opened.dataDir, 'imports'), { recursive: true });
    await writeFile(join(opened.dataDir, 'imports', import_id), lines(3));
    await opened.db.query(sql`insert into catalog.imports (import_id, format, encoding, state, spooled, read, created,
        created_at, updated_at)
      values (${import_id}, 'doorbuster', 'ndjson', 'running', true, 1, 1, now(), now())`);
    const next = await openCatalog(t, { beside: opened });
    await next.module.importsEnded();
    const report = await next.catalog.getImport({ import_id });
    assert.deepEqual([report!.state, figures(report!)], ['done', [3, 3, 0, 0, 0]]);
    assert.deepEqual((await allOf(opened)).map(product => product.title).sort(), ['Lamp 1', 'Lamp 2']);
  });

  test('an upload whose file is gone fails, and the next one runs', async t => {
    const opened = await openCatalog(t);
    const import_id = ids.next();
    await opened.db.query(sql`insert into catalog.imports (import_id, format, encoding, state, spooled, created_at,
        updated_at)
      values (${import_id}, 'doorbuster', 'ndjson', 'running', true, now(), now())`);
    const next = await openCatalog(t, { beside: opened });
    assert.deepEqual(figures(await imported(next, lines(2))), [2, 2, 0, 0, 0]);
    const report = await next.catalog.getImport({ import_id });
    assert.deepEqual([report!.state, report!.errors], ['failed', [{ line: 0, message: 'the uploaded file is gone' }]]);
  });

  test('one file run by two processes at once is imported once', async t => {
    const opened = await openCatalog(t);
    const rival = await openCatalog(t, { beside: opened });
    const path = join(opened.dataDir, 'file.ndjson');
    await writeFile(path, lines(1500));
    const results = await Promise.allSettled([opened, rival].map(one => one.module.importFile({ path })));
    const done = results.filter(result => result.status === 'fulfilled');
    assert.equal(done.length, 1);
    assert.deepEqual(figures(done[0]!.value), [1500, 1500, 0, 0, 0]);
    assert.match(String(results.find(result => result.status === 'rejected')!.reason), /run by another process/);
    assert.equal((await allEvents(opened.catalog)).length, 1500);
  });

  test('eight imports of the same products at once create each once', async t => {
    const opened = await openCatalog(t);
    const rivals = await Promise.all(Array.from({ length: 8 }, () => openCatalog(t, { beside: opened })));
    const reversed = lines(600).trimEnd().split('\n').reverse().join('\n');
    const reports = await Promise.all(rivals.map((rival, i) => imported(rival, i % 2 === 0 ? lines(600) : reversed)));
    assert.deepEqual(
      reports.map(report => report.state),
      Array.from({ length: 8 }, () => 'done'),
    );
    assert.equal(
      reports.reduce((sum, report) => sum + report.created, 0),
      600,
    );
    assert.equal((await allOf(opened)).length, 600);
    assert.equal((await allEvents(opened.catalog)).length, 600);
  });
});
