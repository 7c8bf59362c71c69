// Goal: pictures are taken from whom they should, in every form that a client sends, and shown to everybody for ever.
// Method: the real app with idempotency, and the real module; who asks is said by a header, over a real socket.
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { limits } from '#limits';
import { systemClock } from '#platform/clock';
import { type App, createApp } from '#platform/http';
import { idempotency } from '#platform/idempotency';
import type { Caller } from '#platform/identity';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import { type Database, sql } from '#platform/sql';
import { sqlKeyStore } from '#platform/sql-key-store';
import { ids, openCatalog } from '../../../test/support/catalog.ts';
import { halves } from '../../../test/support/pictures.ts';
import { testDatabase } from '../../../test/support/postgres.ts';
import { pictureRoutes } from './picture-routes.ts';

const SELLER = '01900000-0000-7000-8000-0000000000aa';
const user = { kind: 'user', person_id: ids.next(), session_id: 's' } as const;
const callers: Record<string, Caller> = {
  key: { kind: 'key' },
  staff: { ...user, role: 'staff', seller_id: null },
  seller: { ...user, role: 'seller', seller_id: SELLER },
  customer: { ...user, role: 'customer', seller_id: null },
  guest: { kind: 'guest', person_id: ids.next() },
};
const UPLOAD = '/api/admin/pictures';
const PNG = { 'content-type': 'image/png' };

interface Sent {
  as?: string;
  body?: Buffer | FormData;
  headers?: Record<string, string>;
}

async function openApp(t: { after(work: () => Promise<void>): void }) {
  const log = createLog({ level: 'silent' });
  const opened = await openCatalog(t);
  const { db: keysDb } = await testDatabase(t, ['gateway']);
  const metrics = createMetrics();
  const app: App = await createApp({
    log,
    metrics,
    clock: systemClock,
    async identify(request) {
      request.caller = callers[String(request.headers['x-as'])] ?? { kind: 'nobody' };
    },
  });
  const keys = sqlKeyStore({ db: keysDb, schema: 'gateway', clock: systemClock, metrics });
  idempotency(app, { stores: { sql: keys, hot: keys }, ids, secret: 'a secret', log });
  let reads = 0;
  const catalog = {
    ...opened.catalog,
    readPictureFile: (input: { picture_id: string; file: string }) => {
      reads += 1;
      return opened.catalog.readPictureFile(input);
    },
  };
  pictureRoutes(app, { catalog });
  await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(async () => {
    await app.close();
    await keys.stop();
  });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  return {
    db: opened.db,
    reads: () => reads,
    async upload({ as = 'seller', body, headers = {} }: Sent) {
      const init = { method: 'POST', headers: { 'x-as': as, ...headers }, body: body as RequestInit['body'] };
      const answer = await fetch(`${url}${UPLOAD}`, init);
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    },
    show: (path: string, as = 'nobody', method = 'GET') => fetch(`${url}${path}`, { method, headers: { 'x-as': as } }),
  };
}

async function sellersOf(db: Database): Promise<(string | null)[]> {
  const rows = await db.query<{ seller_id: string | null }>(sql`
    select seller_id from catalog.pictures order by created_at, picture_id`);
  return rows.map(row => row.seller_id);
}

function formOf(bytes: Buffer, name = 'lamp.png'): FormData {
  const form = new FormData();
  form.append('note', 'a field before the file');
  form.append('file', new Blob([new Uint8Array(bytes)], { type: 'text/plain' }), name);
  return form;
}

describe('uploading', () => {
  test('sellers, staff and the key bring pictures, as a body or in a form', async t => {
    const { upload, db } = await openApp(t);
    const bytes = await halves({ width: 200, height: 100 });
    const sent: Sent[] = [
      { as: 'seller', body: bytes, headers: PNG },
      { as: 'staff', body: formOf(bytes) },
      { as: 'key', body: bytes, headers: { 'content-type': 'image/jpeg' } },
    ];
    for (const each of sent) {
      const { status, body } = await upload(each);
      const url = `/images/products/${body.picture_id}-200x100.webp`;
      assert.deepEqual([status, body], [201, { picture_id: body.picture_id, url, width: 200, height: 100 }]);
    }
    assert.deepEqual(await sellersOf(db), [SELLER, null, null]);
  });

  test('shoppers and strangers bring none', async t => {
    const { upload, db } = await openApp(t);
    const body = await halves({ width: 20, height: 10 });
    for (const [as, status] of [
      ['nobody', 401],
      ['guest', 403],
      ['customer', 403],
    ] as const) {
      assert.equal((await upload({ as, body, headers: PNG })).status, status, as);
      assert.equal((await upload({ as, body: formOf(body) })).status, status, as);
    }
    assert.deepEqual(await sellersOf(db), []);
  });

  test('what is no picture is refused with a reason, and nothing is kept', async t => {
    const { upload, db } = await openApp(t);
    const png = await halves({ width: 20, height: 10 });
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    const tooLarge = Buffer.concat([png, Buffer.alloc(limits.pictureBytesMax)]);
    const empty = new FormData();
    empty.append('note', 'no file');
    const form = 'multipart/form-data';
    const wrong: [Sent, number, string][] = [
      [{ body: svg, headers: { 'content-type': 'image/svg+xml' } }, 400, 'PICTURE_INVALID'],
      [{ body: svg, headers: PNG }, 400, 'PICTURE_INVALID'],
      [{ body: formOf(svg, 'lamp.jpg') }, 400, 'PICTURE_INVALID'],
      [{ body: formOf(Buffer.alloc(0)) }, 400, 'PICTURE_INVALID'],
      [{ body: tooLarge, headers: PNG }, 413, 'PICTURE_TOO_LARGE'],
      [{ body: formOf(tooLarge) }, 413, 'PICTURE_TOO_LARGE'],
      [{ body: Buffer.alloc(limits.pictureFormBytesMax + 1), headers: PNG }, 413, 'BODY_TOO_LARGE'],
      [{ body: png, headers: { 'content-type': 'application/octet-stream' } }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
      [{ body: png }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
      [{ body: Buffer.from('{}'), headers: { 'content-type': 'application/json' } }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
      [{ headers: PNG }, 400, 'PICTURE_INVALID'],
      [{}, 400, 'INVALID_INPUT'],
      [{ body: empty }, 400, 'INVALID_INPUT'],
      [{ body: Buffer.from('not a form'), headers: { 'content-type': `${form}; boundary=x` } }, 400, 'INVALID_INPUT'],
      [{ body: Buffer.from('not a form'), headers: { 'content-type': form } }, 400, 'INVALID_INPUT'],
    ];
    for (const [i, [sent, status, code]] of wrong.entries()) {
      const told = await upload(sent);
      assert.deepEqual([told.status, told.body.code], [status, code], `case ${i}`);
    }
    assert.deepEqual(await sellersOf(db), []);
  });

  test('the same key brings one picture, in whatever form it comes again, and another picture is refused', async t => {
    const { upload, db } = await openApp(t);
    const bytes = await halves({ width: 20, height: 10 });
    const key = { 'idempotency-key': 'once' };
    const first = await upload({ body: formOf(bytes), headers: key });
    assert.equal(first.status, 201);
    assert.deepEqual(await upload({ body: formOf(bytes), headers: key }), first);
    assert.deepEqual(await upload({ body: bytes, headers: { ...PNG, ...key } }), first);
    const other = await upload({ body: formOf(await halves({ width: 30, height: 10 })), headers: key });
    assert.deepEqual([other.status, other.body.code], [422, 'IDEMPOTENCY_KEY_REUSED']);
    assert.deepEqual(await sellersOf(db), [SELLER]);
  });
});

describe('showing', () => {
  test('everybody gets a file for ever, of its own type and nothing else', async t => {
    const { upload, show } = await openApp(t);
    const { body } = await upload({ body: await halves({ width: 200, height: 100 }), headers: PNG });
    const url = String(body.url);
    for (const [path, type] of [
      [url, 'image/webp'],
      [url.replace('.webp', '.avif'), 'image/avif'],
      [url.replace('200x100', '160x80'), 'image/webp'],
    ] as const) {
      const answer = await show(path);
      const { headers } = answer;
      assert.deepEqual([answer.status, headers.get('content-type')], [200, type]);
      assert.equal(headers.get('cache-control'), 'public, max-age=31536000, immutable');
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.match(String(headers.get('content-security-policy')), /^default-src 'none'/);
      assert.equal(headers.get('set-cookie'), null);
      assert.equal(String((await answer.arrayBuffer()).byteLength), headers.get('content-length'));
    }
    const known = await show(url, 'customer');
    assert.equal(known.headers.get('cache-control'), 'private, max-age=31536000, immutable');
    assert.equal((await show(url, 'nobody', 'HEAD')).headers.get('content-type'), 'image/webp');
  });

  test('what is not there is a 404 that nobody keeps', async t => {
    const { upload, show, reads } = await openApp(t);
    const { body } = await upload({ body: await halves({ width: 200, height: 100 }), headers: PNG });
    const url = String(body.url);
    const id = String(body.picture_id);
    const unasked = [
      `/images/products/${id}`,
      `/images/products/${id}-200x100.png`,
      `/images/products/${id}-200x100.webp.avif`,
      `/images/products/${id.toUpperCase()}-200x100.webp`,
      `/images/products/${'-'.repeat(36)}-200x100.webp`,
      `/images/products/..%2f${id}-200x100.webp`,
      '/images/products/',
      `${url}/x`,
    ];
    for (const path of unasked) assert.equal((await show(path)).status, 404, path);
    assert.equal(reads(), 0, 'a name that can’t be one is asked of nobody');
    for (const path of [url.replace(id, ids.next()), url.replace('200x100', '201x100')]) {
      const answer = await show(path);
      assert.deepEqual([answer.status, answer.headers.get('cache-control')], [404, 'private, no-store']);
    }
  });

  test('of many who ask at once and later, the catalogue is asked once', async t => {
    const { upload, show, reads } = await openApp(t);
    const { body } = await upload({ body: await halves({ width: 20, height: 10 }), headers: PNG });
    const path = String(body.url);
    const texts = await Promise.all(Array.from({ length: 10 }, async () => (await show(path)).arrayBuffer()));
    assert.equal(new Set(texts.map(bytes => Buffer.from(bytes).toString('hex'))).size, 1);
    await show(path);
    assert.equal(reads(), 1);
  });
});
