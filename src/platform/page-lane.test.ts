// Goal: the short way answers what it has, and everything else reaches the real server as if the lane were not there.
// Method: bytes over real sockets, whole, in pieces and in rows, to a server that tells what it received.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { putLaneBefore } from './page-lane.ts';

const answerOf = (text: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
const request = (line: string, more = '') => `${line} HTTP/1.1\r\nHost: shop\r\n${more}\r\n`;

/** `/page` is ready in the lane; the server behind answers with what it was asked, its body included. */
async function openServer(t: TestContext) {
  const asked: (string | undefined)[] = [];
  const server = createServer(async (incoming, response) => {
    let body = '';
    for await (const chunk of incoming) body += chunk;
    response.removeHeader('Date');
    response.writeHead(200).end(`behind: ${incoming.method} ${incoming.url} ${body}`);
  });
  putLaneBefore(server, (address, { acceptEncoding, isFromNobody }) => {
    asked.push(acceptEncoding?.trim());
    if (address === '/for-nobody' && isFromNobody) return Buffer.from(answerOf('for nobody'));
    return address === '/page' ? Buffer.from(answerOf('ready')) : undefined;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets: Socket[] = [];
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const open = async () => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    sockets.push(socket);
    await once(socket, 'connect');
    let got = '';
    socket.setEncoding('latin1').on('data', text => {
      got += text;
    });
    const until = async (wanted: string) => {
      for (let tries = 0; tries < 200 && !got.includes(wanted); tries += 1) await pause(5);
      const found = got;
      got = '';
      return found;
    };
    return { socket, until };
  };
  return { server, asked, open };
}

test('a plain GET of a page that is ready is answered, again and again on one connection, with its encoding asked for', async t => {
  const { asked, open } = await openServer(t);
  const { socket, until } = await open();
  for (let n = 0; n < 3; n += 1) {
    socket.write(request('GET /page', 'Accept-Encoding: gzip, br\r\n'));
    assert.equal(await until('ready'), answerOf('ready'));
  }
  assert.deepEqual(asked, Array(3).fill('gzip, br'));
});

test('what is for nobody in particular is not for a request with a cookie or a token', async t => {
  const { open } = await openServer(t);
  const nobody = await open();
  nobody.socket.write(request('GET /for-nobody'));
  assert.equal(await nobody.until('nobody'), answerOf('for nobody'));
  for (const header of ['Cookie: session=x\r\n', 'authorization: Bearer x\r\n']) {
    const { socket, until } = await open();
    socket.write(request('GET /for-nobody', header));
    assert.match(await until('behind'), /behind: GET \/for-nobody/);
  }
});

test('requests sent in a row are answered in their order, by the lane and by the server behind', async t => {
  const { open } = await openServer(t);
  const { socket, until } = await open();
  socket.write(request('GET /page') + request('GET /page') + request('GET /other') + request('GET /page'));
  const answers = await until('behind: GET /page');
  assert.equal(answers.split(answerOf('ready')).length, 3, 'two by the lane');
  assert.ok(answers.indexOf('behind: GET /other') < answers.indexOf('behind: GET /page'));
});

test('a request with a body goes over with all of it, and the connection stays there', async t => {
  const { asked, open } = await openServer(t);
  const { socket, until } = await open();
  socket.write(request('GET /page'));
  await until('ready');
  socket.write(`${request('POST /page', 'Content-Length: 5\r\n')}ab`);
  socket.write('cde');
  assert.match(await until('cde'), /behind: POST \/page abcde/);
  socket.write(request('GET /page'));
  assert.match(await until('behind'), /behind: GET \/page /);
  assert.equal(asked.length, 1);
});

test('a request that arrives in pieces, however small, is answered by the server behind', async t => {
  const { open } = await openServer(t);
  const { socket, until } = await open();
  for (const character of request('GET /page')) {
    socket.write(character);
    await pause(1);
  }
  assert.match(await until('behind'), /behind: GET \/page /);
});

test('conditions, parts, bodies, other protocols and odd lines are not for the lane', async t => {
  const { asked, open } = await openServer(t);
  const headers = ['If-None-Match: "x"', 'Range: bytes=0-1', 'Content-Length: 0', 'Connection: close', 'TE: trailers'];
  for (const header of headers) {
    const { socket, until } = await open();
    socket.write(request('GET /page', `${header}\r\n`));
    assert.match(await until('behind'), /behind: GET \/page /, header);
  }
  const odd = ['HEAD /page HTTP/1.1\r\nHost: shop\r\n\r\n', 'GET /page HTTP/1.0\r\nHost: shop\r\n\r\n'];
  const malformed = ['GET /page HTTP/1.1\r\n\r\n', 'GET /page HTTP/1.1\r\nHost: a\nX: y\r\n\r\n', 'GARBAGE\r\n\r\n'];
  for (const text of odd) {
    const { socket, until } = await open();
    socket.write(text);
    assert.match(await until('\r\n\r\n'), /^HTTP\/1\.1 200 OK/, text);
  }
  for (const text of malformed) {
    const { socket, until } = await open();
    socket.write(text);
    assert.match(await until('400'), /^HTTP\/1\.1 400 /, text);
  }
  assert.equal(asked.length, 0);
});

test('a connection that waits in the lane ends with the server, and with its other side', async t => {
  const { server, open } = await openServer(t);
  const [waiting, leaving] = [await open(), await open()];
  waiting.socket.write(request('GET /page'));
  await waiting.until('ready');
  leaving.socket.end();
  await once(leaving.socket, 'close');
  const ended = once(waiting.socket, 'close');
  await closed(server);
  await ended;
});

function closed(server: Server): Promise<void> {
  return new Promise(resolve => void server.close(() => resolve()));
}
