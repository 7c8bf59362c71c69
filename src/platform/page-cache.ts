import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { LRUCache } from 'lru-cache';
import { limits } from '#limits';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { Wire } from './page-lane.ts';

/** A rendered page that is the same for everybody. */
export interface RenderedPage {
  html: string;
  /** 200 is kept; the page of anything else is made anew for each who asks. */
  status: number;
  /** Of a redirect. */
  location?: string;
  /** What it shows (`product:<id>`): purging one of them drops the page. */
  tags: string[];
  /** How long it may be served without being rendered anew; purges come sooner. */
  freshMs: number;
}

interface CachedPage {
  status: number;
  headers: Record<Encoding, Record<string, string>>;
  bodies: Record<Encoding, Buffer>;
  /** Head and body in one piece, made when first asked for. */
  wires: Partial<Record<Encoding, WireBytes>>;
  etag: string;
  tags: string[];
  freshUntilMs: number;
}

interface WireBytes {
  bytes: Buffer;
  /** Where the date stands, and the second that it tells. */
  dateAt: number;
  second: number;
}

/** What was purged while a page is being rendered. */
interface Watch {
  purged: Set<string>;
  isPurged: boolean;
}

interface Flight extends Watch {
  done: Promise<CachedPage>;
}

type Encoding = 'identity' | 'gzip' | 'br';

/**
 * Pages that are the same for everybody, by address, in memory: rendered once however many ask at the same moment,
 * compressed once, and dropped when a committed event says that what they show has changed.
 *
 * A change during a rendering is not missed: what was purged meanwhile is answered, but not kept. A page that is past
 * its time is still served, once, while it is rendered anew behind.
 */
export interface PageCache {
  /** Answers from memory, before any framework has seen the request; false where it can't. */
  serve(request: IncomingMessage, response: ServerResponse): boolean;
  /** The whole answer to a plain GET, head and body, where the page is in memory: for `page-lane.ts`. */
  wire: Wire;
  /** The page of `address`, rendered where it is not there; `send` writes it. */
  page(address: string, render: Render): Promise<Sendable>;
  /** Drops every page that shows one of these. */
  purge(tags: Iterable<string>): void;
  purgeAll(): void;
}

export interface Sendable {
  send(request: IncomingMessage, response: ServerResponse): void;
}

export interface PageCacheOptions {
  clock: Clock;
  log: Log;
  metrics: Metrics;
  /** Headers of every page: the security policy. */
  headers: Record<string, string>;
  /** Off: every request renders, for measuring what a rendering costs. */
  enabled: boolean;
  /** Told of each answer from memory, which no hook of the listener sees, and how long it took. */
  onServed?(elapsedMs: number): void;
}

export function createPageCache(options: PageCacheOptions): PageCache {
  const { clock, log, onServed } = options;
  const answered = options.metrics.counter('page_cache_total', 'Pages by where they came from', ['from']);
  const memory = pageMemory();
  const renderings = pageRenderings(options, memory);

  /** Served once more while it is made anew; the next ones find the new one. */
  function refresh(address: string): void {
    const render = memory.extend(address, clock.nowMs() + limits.pageStaleMs);
    if (render === undefined) return;
    renderings.once(address, render).catch(error => log.warn({ err: error }, 'a page could not be rendered anew'));
  }

  function find(address: string): CachedPage | undefined {
    const page = memory.get(address);
    if (page === undefined) return undefined;
    if (page.freshUntilMs <= clock.nowMs()) refresh(address);
    answered.inc({ from: 'memory' });
    return page;
  }

  return {
    serve(request, response) {
      if (request.method !== 'GET' && request.method !== 'HEAD') return false;
      const startedMs = performance.now();
      const page = find(request.url!);
      if (page === undefined) return false;
      write(page, request, response);
      onServed?.(performance.now() - startedMs);
      return true;
    },
    wire(address, acceptEncoding) {
      const startedMs = performance.now();
      const page = find(address);
      if (page === undefined) return undefined;
      const bytes = wireOf(page, encodingOf(acceptEncoding), clock.nowMs());
      onServed?.(performance.now() - startedMs);
      return bytes;
    },
    async page(address, render) {
      const page = memory.get(address) ?? (await renderings.once(address, render));
      answered.inc({ from: 'rendering' });
      return { send: (request, response) => write(page, request, response) };
    },
    purge(tags) {
      for (const tag of tags) {
        renderings.purge(tag);
        memory.drop(tag);
      }
    },
    purgeAll() {
      renderings.purgeAll();
      memory.clear();
    },
  };
}

/** Renderings under way: one an address, and what is purged meanwhile keeps its page from being kept. */
function pageRenderings(
  { enabled, headers, clock }: PageCacheOptions,
  memory: Pick<ReturnType<typeof pageMemory>, 'keep'>,
) {
  const renders = new Map<string, Flight>();

  async function renderAndKeep(address: string, render: Render, watch: Watch): Promise<CachedPage> {
    const page = await pack(await render(), headers, clock.nowMs());
    const isCurrent = !watch.isPurged && !page.tags.some(tag => watch.purged.has(tag));
    if (enabled && isCurrent && page.status === 200) memory.keep(address, page, render);
    return page;
  }

  return {
    once(address: string, render: Render): Promise<CachedPage> {
      const running = renders.get(address);
      if (running !== undefined && !running.isPurged) return running.done;
      const watch = { purged: new Set<string>(), isPurged: false };
      const flight = Object.assign(watch, { done: renderAndKeep(address, render, watch) });
      renders.set(address, flight);
      const land = () => void (renders.get(address) === flight && renders.delete(address));
      flight.done.then(land, land);
      return flight.done;
    },
    purge(tag: string): void {
      for (const flight of renders.values()) flight.purged.add(tag);
    },
    purgeAll(): void {
      for (const flight of renders.values()) flight.isPurged = true;
    },
  };
}

type Render = () => Promise<RenderedPage>;

/** Pages by address, the least used ones falling out, with how each is made and which of them show a tag. */
function pageMemory() {
  const byTag = new Map<string, Set<string>>();
  const renderers = new Map<string, Render>();
  const pages = new LRUCache<string, CachedPage>({
    maxSize: limits.pageCacheBytesMax,
    sizeCalculation: (page, address) => sizeOf(page) + address.length * 2,
    dispose: (page, address) => forget(address, page.tags),
  });

  function forget(address: string, tags: string[]): void {
    for (const tag of tags) {
      const addresses = byTag.get(tag);
      addresses?.delete(address);
      if (addresses?.size === 0) byTag.delete(tag);
    }
    renderers.delete(address);
  }

  return {
    get: (address: string) => pages.get(address),
    keep(address: string, page: CachedPage, render: Render): void {
      pages.set(address, page);
      if (!pages.has(address)) return;
      renderers.set(address, render);
      for (const tag of page.tags) byTag.set(tag, (byTag.get(tag) ?? new Set()).add(address));
    },
    /** Lets a page live on for a while; answers how it is made anew. */
    extend(address: string, freshUntilMs: number): Render | undefined {
      const page = pages.get(address);
      if (page !== undefined) pages.set(address, { ...page, freshUntilMs }, { noDisposeOnSet: true });
      return renderers.get(address);
    },
    drop(tag: string): void {
      for (const address of [...(byTag.get(tag) ?? [])]) pages.delete(address);
    },
    clear: () => pages.clear(),
  };
}

const toGzip = promisify(gzip);
const toBrotli = promisify(brotliCompress);

/** Compressed once for all who ask; quality 5 costs a third of the best and gives up a twentieth of the size. */
async function pack(page: RenderedPage, headers: Record<string, string>, nowMs: number): Promise<CachedPage> {
  const identity = Buffer.from(page.html);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_SIZE_HINT]: identity.length };
  const [gzipped, br] = await Promise.all([toGzip(identity, { level: 6 }), toBrotli(identity, { params })]);
  const etag = `"${createHash('sha256').update(identity).digest('base64url').slice(0, 22)}"`;
  const seconds = Math.round(page.freshMs / 1000);
  const common = {
    ...headers,
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control':
      page.status === 200
        ? `public, max-age=0, s-maxage=${seconds}, stale-while-revalidate=${seconds * 5}`
        : 'private, no-store',
    Vary: 'Accept-Encoding',
    ETag: etag,
    ...(page.location !== undefined && { Location: page.location }),
  };
  const bodies = { identity, gzip: gzipped, br };
  const withLength = (encoding: Encoding) => ({
    ...common,
    ...(encoding === 'identity' ? {} : { 'Content-Encoding': encoding }),
    'Content-Length': String(bodies[encoding].length),
  });
  return {
    status: page.status,
    headers: { identity: withLength('identity'), gzip: withLength('gzip'), br: withLength('br') },
    bodies,
    wires: {},
    etag,
    tags: [...new Set(page.tags)],
    freshUntilMs: nowMs + page.freshMs,
  };
}

function write(page: CachedPage, request: IncomingMessage, response: ServerResponse): void {
  const encoding = encodingOf(request.headers['accept-encoding']);
  const headers = page.headers[encoding];
  if (page.status === 200 && request.headers['if-none-match']?.includes(page.etag)) {
    const { 'Content-Length': _length, 'Content-Encoding': _encoding, ...rest } = headers;
    response.writeHead(304, rest).end();
    return;
  }
  response.writeHead(page.status, headers);
  if (request.method === 'HEAD') response.end();
  else response.end(page.bodies[encoding]);
}

/** Only its date changes from one answer to the next, once a second, in its place. */
function wireOf(page: CachedPage, encoding: Encoding, nowMs: number): Buffer {
  const second = Math.floor(nowMs / 1000);
  const wire = page.wires[encoding] ?? makeWire(page, encoding);
  page.wires[encoding] = wire;
  if (wire.second !== second) {
    wire.bytes.write(new Date(nowMs).toUTCString(), wire.dateAt, 'latin1');
    wire.second = second;
  }
  return wire.bytes;
}

function makeWire(page: CachedPage, encoding: Encoding): WireBytes {
  const lines = Object.entries(page.headers[encoding]).map(([name, value]) => `${name}: ${value}\r\n`);
  const before = `HTTP/1.1 ${page.status} OK\r\n${lines.join('')}Date: `;
  const head = `${before}${new Date(0).toUTCString()}\r\n\r\n`;
  return {
    bytes: Buffer.concat([Buffer.from(head, 'latin1'), page.bodies[encoding]]),
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

function sizeOf({ bodies, tags }: CachedPage): number {
  const bytes = bodies.identity.length + bodies.gzip.length + bodies.br.length;
  // Twice: once as they are, once in one piece with their heads.
  return 2 * bytes + tags.length * 100 + 2_000;
}
