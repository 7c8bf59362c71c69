import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { limits } from '#limits';

/** What a lane asks for: the whole answer to a GET of `address`, head and body, or nothing where it has none. */
export type Wire = (address: string, asked: Asked) => Buffer | undefined;

export interface Asked {
  acceptEncoding: string | undefined;
  /** The request brings neither a cookie nor a token. */
  isFromNobody: boolean;
}

/**
 * A short way for pages that are ready: a connection whose requests are plain GETs of them is answered with their bytes
 * before any HTTP server is involved, which costs a fifth of what Node's takes for the same (page-lane.test.ts holds
 * the behaviour, `npm run bench -- browse` the figures). With the first request that is anything else, the connection
 * goes over to the server behind, with all that it has sent, and stays there. So nothing is parsed here that needs
 * care: no bodies, no conditions, no upgrades, no headers that arrive in pieces.
 */
export function putLaneBefore(server: Server, wire: Wire): void {
  const [behind] = server.listeners('connection') as ((this: Server, socket: Socket) => void)[];
  server.removeAllListeners('connection');
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    const leave = openLane(socket, wire, rest => {
      open.delete(socket);
      if (rest.length > 0) socket.unshift(rest);
      behind!.call(server, socket);
    });
    socket.once('close', () => {
      open.delete(socket);
      leave();
    });
  });
  // Node's server closes the connections that it knows; these are known here alone.
  const { close } = server;
  server.close = function (this: Server, ...args: Parameters<Server['close']>) {
    for (const socket of open) socket.destroySoon();
    return close.apply(this, args);
  };
}

/** Answers the connection's requests until one is not for the lane. The result ends it silently. */
function openLane(socket: Socket, wire: Wire, handOver: (rest: Buffer) => void): () => void {
  const leave = () => {
    socket.off('data', onData).off('end', onEnd).off('error', onError).off('timeout', onTimeout).off('drain', onDrain);
    socket.setTimeout(0);
  };
  const onData = (chunk: Buffer) => {
    const text = chunk.toString('latin1');
    let at = 0;
    while (at < text.length) {
      const end = answerOne(socket, wire, text, at);
      if (end === undefined) {
        leave();
        return handOver(chunk.subarray(at));
      }
      at = end;
    }
    if (socket.writableNeedDrain) socket.pause();
  };
  const onDrain = () => void socket.resume();
  const onEnd = () => void socket.end();
  const onError = () => void socket.destroy();
  const onTimeout = () => void socket.destroy();
  socket.on('data', onData).on('end', onEnd).on('error', onError).on('timeout', onTimeout).on('drain', onDrain);
  socket.setTimeout(limits.keepAliveMs);
  return leave;
}

/** What only a real server judges: a body, a condition, a part, another protocol, an end of the connection. */
const names = 'content-length|transfer-encoding|expect|upgrade|range|if-[a-z-]+|trailer|te';
const NOT_PLAIN = new RegExp(`\\r\\n(?:${names}|connection(?!: ?keep-alive\\r\\n))\\s*:|[^\\r]\\n|\\r[^\\n]|\\0`, 'i');
const HOST = /\r\nhost:/i;
const KNOWN = /\r\n(?:cookie|authorization)\s*:/i;
const ACCEPT_ENCODING = /\r\naccept-encoding:([^\r]*)/i;
const GET = 'GET ';
const VERSION = ' HTTP/1.1';

/** Where the next request begins; undefined where this one is not a plain, whole GET of a page that is ready. */
function answerOne(socket: Socket, wire: Wire, text: string, at: number): number | undefined {
  const headEnd = text.indexOf('\r\n\r\n', at);
  const lineEnd = text.indexOf('\r\n', at);
  if (headEnd < 0 || !text.startsWith(GET, at) || !text.startsWith(VERSION, lineEnd - VERSION.length)) return undefined;
  const address = text.slice(at + GET.length, lineEnd - VERSION.length);
  const headers = text.slice(lineEnd, headEnd + 2);
  if (NOT_PLAIN.test(headers) || !HOST.test(headers)) return undefined;
  const acceptEncoding = ACCEPT_ENCODING.exec(headers)?.[1];
  const answer = wire(address, { acceptEncoding, isFromNobody: !KNOWN.test(headers) });
  if (answer === undefined) return undefined;
  socket.write(answer);
  return headEnd + 4;
}
