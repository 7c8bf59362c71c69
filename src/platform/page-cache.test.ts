// Goal: a page that is the same for everybody is rendered once, served as it is, and never after what it shows has
// changed. Method: a cache with renderers that count and that the test holds open, asked over a real socket.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import pino from 'pino';
import { limits } from '#limits';
import { encodingOf } from './cached-answer.ts';
import { manualClock } from './clock.ts';
import { createMetrics } from './metrics.ts';
import { createPageCache, type RenderedPage, type Sendable } from './page-cache.ts';
import type { SharedAnswer } from './shared-answer.ts';

const html = `<!doctype html><p>${'A lamp. '.repeat(50)}</p>`;
const minute: SharedAnswer = {
  ...{ freshSeconds: 60, staleSeconds: 300, browserSeconds: 0 },
  ...{ shows: ['product'], keysIn: () => [], isKeptHere: true },
};
const lamp: RenderedPage = { html, status: 200, tags: ['product:lamp'], shared: minute };
const asked = { acceptEncoding: 'br', isFromNobody: true };

function openCache({ enabled = true, isBehind = (): boolean => false } = {}) {
  const clock = manualClock(1_000_000);
  const log = pino({ level: 'silent' });
  const cache = createPageCache({
    clock,
    log,
    metrics: createMetrics(),
    headers: { 'X-Policy': 'ours' },
    enabled,
    isBehind,
  });
  const renders: string[] = [];
  const render =
    (page: RenderedPage = lamp) =>
    async () => {
      renders.push(page.html);
      return page;
    };
  return { cache, clock, renders, render };
}

type Cache = ReturnType<typeof openCache>['cache'];

/** A listener that answers from the cache, or 404. */
async function listen(t: TestContext, cache: Cache) {
  const server = createServer((request, response) => {
    if (!cache.serve(request, response)) response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return async (path: string, headers: Record<string, string> = {}, method = 'GET') => {
    const outgoing = send({ port, host: '127.0.0.1', path, method, headers, agent: false }).end();
    const [answer] = await once(outgoing, 'response');
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk);
    return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) };
  };
}

/** What is sent to who asked for it. */
function headersOf(sendable: Sendable): Record<string, string> {
  const sent: Record<string, string> = {};
  const response = {
    writeHead: (_status: number, headers: typeof sent) => Object.assign(sent, headers),
    end: () => {},
  };
  sendable.send({ method: 'GET', headers: {} } as never, response as never);
  return sent;
}

describe('a page in memory', () => {
  test('is rendered once however many ask at the same moment', async () => {
    const { cache, renders, render } = openCache();
    await Promise.all(Array.from({ length: 20 }, () => cache.page('/lamp', render())));
    assert.equal(renders.length, 1);
  });

  test('is served plain or compressed as asked, with the policy, an ETag and a shared life', async t => {
    const { cache, render } = openCache();
    await cache.page('/lamp', render());
    const ask = await listen(t, cache);
    const plain = await ask('/lamp');
    assert.equal(plain.status, 200);
    assert.equal(plain.body.toString(), html);
    assert.equal(plain.headers['x-policy'], 'ours');
    assert.equal(plain.headers['cache-control'], 'public, max-age=0, s-maxage=60, stale-while-revalidate=300');
    assert.equal(plain.headers['surrogate-key'], 'shop product:lamp');
    assert.equal(plain.headers.vary, 'Accept-Encoding');
    const br = await ask('/lamp', { 'accept-encoding': 'gzip, deflate, br;q=0.9' });
    assert.equal(br.headers['content-encoding'], 'br');
    assert.equal(brotliDecompressSync(br.body).toString(), html);
    const zipped = await ask('/lamp', { 'accept-encoding': 'gzip' });
    assert.equal(gunzipSync(zipped.body).toString(), html);
    const head = await ask('/lamp', {}, 'HEAD');
    assert.deepEqual([head.status, head.body.length], [200, 0]);
    const again = await ask('/lamp', { 'if-none-match': plain.headers.etag! });
    assert.deepEqual([again.status, again.body.length], [304, 0]);
  });

  test('is kept by its whole address, and only where it is a page: a 404 or a redirect is made anew', async t => {
    const { cache, renders, render } = openCache();
    const ask = await listen(t, cache);
    await cache.page('/lamp?sort=a', render());
    assert.equal((await ask('/lamp?sort=a')).status, 200);
    assert.equal((await ask('/lamp')).status, 404);
    assert.equal((await ask('/lamp?sort=a', {}, 'POST')).status, 404);
    for (let n = 0; n < 2; n += 1) await cache.page('/gone', render({ ...lamp, html: 'gone', status: 404 }));
    assert.deepEqual(renders, [html, 'gone', 'gone']);
    assert.equal(cache.serve({ method: 'GET', url: '/gone', headers: {} } as never, {} as never), false);
  });

  test('is rendered for each who asks when the cache is off', async () => {
    const { cache, renders, render } = openCache({ enabled: false });
    await cache.page('/lamp', render());
    await cache.page('/lamp', render());
    assert.equal(renders.length, 2);
  });

  test('a rendering that fails is nobody else’s: the next one renders', async () => {
    const { cache, renders, render } = openCache();
    await assert.rejects(
      cache.page('/lamp', async () => {
        throw new Error('no catalogue');
      }),
      /no catalogue/,
    );
    await cache.page('/lamp', render());
    assert.equal(renders.length, 1);
  });
});

describe('a change', () => {
  test('drops every page that shows what has changed, and no other', async t => {
    const { cache, render } = openCache();
    await cache.page('/lamp', render());
    await cache.page('/list', render({ ...lamp, tags: ['product:lamp', 'product:chair'] }));
    await cache.page('/chair', render({ ...lamp, tags: ['product:chair'] }));
    cache.purge(['product:lamp']);
    const ask = await listen(t, cache);
    assert.deepEqual(
      await Promise.all(['/lamp', '/list', '/chair'].map(async path => (await ask(path)).status)),
      [404, 404, 200],
    );
    cache.purgeAll();
    assert.equal((await ask('/chair')).status, 404);
  });

  test('during a rendering is not missed: the page is answered, and kept neither here nor by the edge', async t => {
    const { cache, renders, render } = openCache();
    const held = Promise.withResolvers<RenderedPage>();
    const first = cache.page('/lamp', () => held.promise);
    cache.purge(['product:lamp']);
    held.resolve(lamp);
    const told = headersOf(await first);
    assert.deepEqual([told['Cache-Control'], told['Surrogate-Key']], ['private, no-store', undefined]);
    const ask = await listen(t, cache);
    assert.equal((await ask('/lamp')).status, 404);
    await cache.page('/lamp', render());
    assert.equal(renders.length, 1);
    assert.equal((await ask('/lamp')).status, 200);
  });

  test('of something else during a rendering changes nothing', async t => {
    const { cache } = openCache();
    const held = Promise.withResolvers<RenderedPage>();
    const first = cache.page('/lamp', () => held.promise);
    cache.purge(['product:chair']);
    held.resolve(lamp);
    await first;
    assert.equal((await (await listen(t, cache))('/lamp')).status, 200);
  });
});

describe('an answer of the API', () => {
  const list = {
    ...{ text: '{"items":[]}', headers: { 'content-type': 'application/json' } },
    ...{ tags: ['product:lamp'], shared: minute },
  };

  test('is kept as it was sent, for requests that say nothing of who sends them', async t => {
    const { cache } = openCache();
    assert.equal(cache.watch()('/api/lamps', list), true);
    const ask = await listen(t, cache);
    const { status, headers, body } = await ask('/api/lamps', { 'accept-encoding': 'br' });
    assert.deepEqual([status, headers['content-type'], body.toString()], [200, 'application/json', list.text]);
    assert.equal(headers['content-encoding'], undefined);
    assert.equal((await ask('/api/lamps', { cookie: 'session=x' })).status, 404);
    assert.equal((await ask('/api/lamps', { authorization: 'Bearer x' })).status, 404);
    assert.ok(cache.wire('/api/lamps', asked));
    assert.equal(cache.wire('/api/lamps', { ...asked, isFromNobody: false }), undefined);
  });

  test('is dropped by its keys and by its age, and not kept where they were purged while it was made', async t => {
    const { cache, clock } = openCache();
    const ask = await listen(t, cache);
    const keep = cache.watch();
    cache.purge(['product:lamp']);
    assert.equal(keep('/api/lamps', list), false);
    assert.equal((await ask('/api/lamps')).status, 404);
    assert.equal(cache.watch()('/api/lamps', list), true);
    cache.purge(['product:chair']);
    clock.advance(59_999);
    assert.equal((await ask('/api/lamps')).status, 200);
    clock.advance(1);
    assert.equal((await ask('/api/lamps')).status, 404);
    assert.equal(cache.watch()('/api/lamps', list), true);
    cache.purge(['product:lamp']);
    assert.equal((await ask('/api/lamps')).status, 404);
  });

  test('is not told while something committed here has not been purged; a page is', async t => {
    let isBehind = false;
    const { cache, render } = openCache({ isBehind: () => isBehind });
    await cache.page('/lamp', render());
    cache.watch()('/api/lamps', list);
    isBehind = true;
    assert.equal(cache.watch()('/api/more', list), true);
    const ask = await listen(t, cache);
    const told = async () => Promise.all(['/api/lamps', '/api/more', '/lamp'].map(async at => (await ask(at)).status));
    assert.deepEqual(await told(), [404, 404, 200]);
    isBehind = false;
    assert.deepEqual(await told(), [200, 404, 200]);
  });

  test('is answered and not kept where its row says so, or where the cache is off', () => {
    const { cache } = openCache();
    assert.equal(cache.watch()('/api/lamps', { ...list, shared: { ...minute, isKeptHere: false } }), true);
    assert.equal(cache.wire('/api/lamps', asked), undefined);
    const off = openCache({ enabled: false }).cache;
    assert.equal(off.watch()('/api/lamps', list), true);
    assert.equal(off.wire('/api/lamps', asked), undefined);
  });

  test('made over more purges than are remembered is not kept, whatever they were', () => {
    const { cache } = openCache();
    const keep = cache.watch();
    cache.purge(Array.from({ length: limits.purgesRememberedMax + 1 }, (_, n) => `product:${n}`));
    assert.equal(keep('/api/lamps', list), false);
  });
});

test('a page past its time is served while it is rendered anew behind, once', async t => {
  const { cache, clock } = openCache();
  let n = 0;
  const second = Promise.withResolvers<void>();
  await cache.page('/lamp', async () => {
    n += 1;
    if (n === 2) await second.promise;
    return { ...lamp, html: `<p>${n}</p>` };
  });
  const ask = await listen(t, cache);
  clock.advance(60_001);
  const stale = await Promise.all([ask('/lamp'), ask('/lamp'), ask('/lamp')]);
  assert.deepEqual(
    stale.map(({ body }) => body.toString()),
    ['<p>1</p>', '<p>1</p>', '<p>1</p>'],
  );
  second.resolve();
  for (let tries = 0; tries < 500; tries += 1) {
    if ((await ask('/lamp')).body.toString() === '<p>2</p>') break;
  }
  assert.equal((await ask('/lamp')).body.toString(), '<p>2</p>');
  assert.equal(n, 2);
});

test('an encoding is taken as browsers name them, and not where it is forbidden', () => {
  assert.equal(encodingOf('gzip, deflate, br, zstd'), 'br');
  assert.equal(encodingOf('gzip;q=0.8'), 'gzip');
  assert.equal(encodingOf('br;q=0, gzip'), 'identity');
  assert.equal(encodingOf(undefined), 'identity');
  assert.equal(encodingOf('deflate'), 'identity');
});

test('the whole answer in one piece says the same as the listener’s, with the date of its second', async t => {
  const { cache, clock, render } = openCache();
  await cache.page('/lamp', render());
  const wire = cache.wire('/lamp', asked)!.toString('latin1');
  const [head = ''] = wire.split('\r\n\r\n');
  const ask = await listen(t, cache);
  const { headers } = await ask('/lamp', { 'accept-encoding': 'br' });
  for (const name of ['content-encoding', 'content-length', 'etag', 'cache-control', 'x-policy', 'vary']) {
    assert.ok(head.toLowerCase().includes(`${name}: ${headers[name]}`.toLowerCase()), name);
  }
  assert.equal(wire.length, head.length + 4 + Number(headers['content-length']));
  assert.match(head, /^HTTP\/1\.1 200 OK\r\n/);
  const dateOf = (bytes: Buffer | undefined) => /\r\nDate: ([^\r]+)/.exec(bytes!.toString('latin1'))?.[1];
  assert.equal(dateOf(cache.wire('/lamp', asked)), new Date(1_000_000).toUTCString());
  clock.advance(5_000);
  assert.equal(dateOf(cache.wire('/lamp', asked)), new Date(1_005_000).toUTCString());
  assert.equal(cache.wire('/chair', asked), undefined);
});
