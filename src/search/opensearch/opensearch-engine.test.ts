// Goal: the engine keeps what every engine promises, on a real OpenSearch; and what only a server can do to it: vanish,
// lose an index, be left with half of one. Method: the shared contract, and a server that the test starts.
import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import { systemClock } from '#platform/clock';
import { createIds } from '#platform/ids';
import { createLog } from '#platform/log';
import { Unavailable } from '#platform/outcome';
import { everything } from '../../../test/support/everything.ts';
import { fakeId, fakeProduct } from '../../../test/support/fake-shop.ts';
import { type OpenSearchServer, startOpenSearch } from '../../../test/support/opensearch.ts';
import { mayLack, PARTS } from '../../../test/support/parts.ts';
import { filled } from '../engine.contract.ts';
import { documentOf } from '../engine.ts';
import { searchEngineContract } from '../whole-engine.contract.ts';
import { OpenSearchEngine } from './opensearch-engine.ts';

const lib = PARTS.opensearch.find();

describe('on OpenSearch', { skip: lib === null && mayLack('opensearch') }, () => {
  let server: OpenSearchServer;
  let opened = 0;

  before(async () => {
    server = await startOpenSearch(lib!);
  });
  after(() => server?.stop());

  const ask = (method: string, path: string, body?: object) =>
    fetch(`${server.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });

  function engineOn(prefix: string, url = server.url) {
    const log = createLog({ level: 'silent' });
    const options = { url: `${url}/${prefix}`, ids: createIds(), log, clock: systemClock, namesAgeMs: 0 };
    return new OpenSearchEngine(options);
  }

  async function open(t: TestContext) {
    opened += 1;
    const prefix = `shop${opened}`;
    const engine = engineOn(prefix);
    t.after(() => engine.stop());
    await engine.start();
    const settled = async () => void (await ask('POST', '/_refresh'));
    return { engine, settled, prefix };
  }

  searchEngineContract(open, { pages: 12 });

  test('a new start finds the index, its words and its position; another shop on the server has its own', async t => {
    const { engine, settled, prefix } = await filledHere(t);
    await engine.cursors.save('catalog', '8');
    await settled();
    const again = engineOn(prefix);
    t.after(() => again.stop());
    assert.equal(await again.start(), 'serving');
    assert.equal((await again.search({ ...everything, q: 'lamp' })).total, 1);
    assert.equal(await again.cursors.load('catalog'), '8');
    const other = await open(t);
    assert.deepEqual(await other.engine.stats(), { products: 0 });
  });

  test('what is written is found without asking for it', async t => {
    const { engine } = await filledHere(t);
    await engine.upsert([documentOf(fakeProduct({ product_id: fakeId(1), title: 'chair', version: 2 }))]);
    const deadline = performance.now() + 10_000;
    while ((await engine.search({ ...everything, q: 'chair' })).total === 0) assert.ok(performance.now() < deadline);
    assert.equal((await engine.search({ ...everything, q: 'lamp' })).query.relaxed, false);
    assert.equal((await engine.search(everything)).total, 1);
  });

  test('half an index that a crash has left is removed at the next start, and what serves is not', async t => {
    const { engine, prefix } = await filledHere(t);
    await engine.build();
    const indexes = async () => {
      const found = (await (await ask('GET', `/_cat/indices/${prefix}-*?format=json`)).json()) as { index: string }[];
      return found.length;
    };
    assert.equal(await indexes(), 3, 'one serves, one is half, one has the past queries');
    const again = engineOn(prefix);
    t.after(() => again.stop());
    assert.equal(await again.start(), 'serving');
    assert.equal(await indexes(), 2);
    assert.deepEqual(await again.stats(), { products: 1 });
  });

  test('an index that somebody has deleted is told once, and never made by a write', async t => {
    const { engine, prefix } = await filledHere(t);
    let lost = 0;
    engine.onLost(() => {
      lost += 1;
    });
    const document = documentOf(fakeProduct({ product_id: fakeId(2) }));
    const aliases = (await (await ask('GET', `/_alias/${prefix}`)).json()) as object;
    for (const index of Object.keys(aliases)) await ask('DELETE', `/${index}`);
    await assert.rejects(engine.upsert([document]), Unavailable);
    await assert.rejects(engine.search(everything), Unavailable);
    assert.equal(lost, 1);
    assert.equal((await ask('HEAD', `/${prefix}`)).status, 404);
    const build = await engine.build();
    await build.add({ documents: [document], gone: [], levels: [], popularity: [] });
    await build.swap();
    assert.deepEqual(await engine.stats(), { products: 1 });
  });

  test('a server that is away is an outage, and a start tells its address without its password', async () => {
    const engine = engineOn('shop', 'http://search:secret@127.0.0.1:9');
    await assert.rejects(engine.start(), error => {
      assert.ok(error instanceof Unavailable);
      assert.match(error.message, /127\.0\.0\.1:9 /);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
    await engine.stop();
  });

  async function filledHere(t: TestContext) {
    const opened = await open(t);
    await filled(t, async () => opened, [fakeProduct({ product_id: fakeId(1), title: 'lamp' })]);
    return opened;
  }
});
