import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

export type Encoding = 'identity' | 'gzip' | 'br';

/** An answer whose bytes are ready, in every form in which it is asked for. */
export interface CachedAnswer {
  status: number;
  headers: Record<Encoding, Record<string, string>>;
  bodies: Record<Encoding, Buffer>;
  /** Head and body in one piece, made when first asked for. */
  wires: Partial<Record<Encoding, WireBytes>>;
  etag: string;
}

interface WireBytes {
  bytes: Buffer;
  /** Where the date stands, and the second that it tells. */
  dateAt: number;
  second: number;
}

const toGzip = promisify(gzip);
const toBrotli = promisify(brotliCompress);

/** Compressed once for all who ask; quality 5 costs a third of the best and gives up a twentieth of the size. */
export async function packPage(html: string, head: { status: number; headers: Record<string, string> }) {
  const identity = Buffer.from(html);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_SIZE_HINT]: identity.length };
  const [gzipped, br] = await Promise.all([toGzip(identity, { level: 6 }), toBrotli(identity, { params })]);
  const headers = { ...head.headers, Vary: 'Accept-Encoding' };
  return packBodies({ identity, gzip: gzipped, br }, { ...head, headers });
}

/** As it is, whoever asks: answers of the API are as many as there are questions, and few of them are asked twice. */
export function packText(text: string, head: { status: number; headers: Record<string, string> }): CachedAnswer {
  const identity = Buffer.from(text);
  return packBodies({ identity, gzip: identity, br: identity }, head);
}

function packBodies(
  bodies: CachedAnswer['bodies'],
  { status, headers }: { status: number; headers: Record<string, string> },
): CachedAnswer {
  const etag = `"${createHash('sha256').update(bodies.identity).digest('base64url').slice(0, 22)}"`;
  const withLength = (encoding: Encoding) => ({
    ...headers,
    ETag: etag,
    ...(bodies[encoding] === bodies.identity ? {} : { 'Content-Encoding': encoding }),
    'Content-Length': String(bodies[encoding].length),
  });
  return {
    status,
    headers: { identity: withLength('identity'), gzip: withLength('gzip'), br: withLength('br') },
    bodies,
    wires: {},
    etag,
  };
}

export function writeAnswer(answer: CachedAnswer, request: IncomingMessage, response: ServerResponse): void {
  const encoding = encodingOf(request.headers['accept-encoding']);
  const headers = answer.headers[encoding];
  if (answer.status === 200 && request.headers['if-none-match']?.includes(answer.etag)) {
    const { 'Content-Length': _length, 'Content-Encoding': _encoding, ...rest } = headers;
    response.writeHead(304, rest).end();
    return;
  }
  response.writeHead(answer.status, headers);
  if (request.method === 'HEAD') response.end();
  else response.end(answer.bodies[encoding]);
}

/** Only its date changes from one answer to the next, once a second, in its place. */
export function wireOf(answer: CachedAnswer, encoding: Encoding, nowMs: number): Buffer {
  const second = Math.floor(nowMs / 1000);
  const wire = answer.wires[encoding] ?? makeWire(answer, encoding);
  answer.wires[encoding] = wire;
  if (wire.second !== second) {
    wire.bytes.write(new Date(nowMs).toUTCString(), wire.dateAt, 'latin1');
    wire.second = second;
  }
  return wire.bytes;
}

function makeWire(answer: CachedAnswer, encoding: Encoding): WireBytes {
  const lines = Object.entries(answer.headers[encoding]).map(([name, value]) => `${name}: ${value}\r\n`);
  const before = `HTTP/1.1 ${answer.status} OK\r\n${lines.join('')}Date: `;
  const head = `${before}${new Date(0).toUTCString()}\r\n\r\n`;
  return {
    bytes: Buffer.concat([Buffer.from(head, 'latin1'), answer.bodies[encoding]]),
    dateAt: before.length,
    second: 0,
  };
}

const FORBIDS = /;\s*q=0(\.0*)?\s*(,|$)/;

/** Every browser says it in this form; who forbids an encoding by `q=0` gets the page as it is. */
export function encodingOf(accepted: string | string[] | undefined): Encoding {
  if (typeof accepted !== 'string' || FORBIDS.test(accepted)) return 'identity';
  if (/\bbr\b/.test(accepted)) return 'br';
  return /\bgzip\b/.test(accepted) ? 'gzip' : 'identity';
}

/** Twice: once as they are, once in one piece with their heads. */
export function bytesOf({ bodies, headers }: CachedAnswer): number {
  const distinct = new Set(Object.values(bodies));
  const heads = Object.values(headers.identity).reduce((sum, value) => sum + value.length, 0);
  return 2 * [...distinct].reduce((sum, body) => sum + body.length, 0) + 6 * heads;
}
