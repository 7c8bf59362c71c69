import type { IncomingMessage, ServerResponse } from 'node:http';
import { LRUCache } from 'lru-cache';
import { limits } from '#limits';
import { bytesOf, type CachedAnswer, encodingOf, packPage, packText, wireOf, writeAnswer } from './cached-answer.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { Wire } from './page-lane.ts';
import { type SharedAnswer, sharedHeaders, UNSHARED } from './shared-answer.ts';

/** A rendered page that is the same for everybody. */
export interface RenderedPage {
  html: string;
  /** 200 is kept; the page of anything else is made anew for each who asks. */
  status: number;
  /** Of a redirect. */
  location?: string;
  /** What it shows (`product:<id>`): purging one of them drops the page. */
  tags: string[];
  shared: SharedAnswer;
}

/** An answer of the API that is the same for everybody, as it was sent. */
export interface SentAnswer {
  text: string;
  headers: Record<string, string>;
  tags: string[];
  shared: SharedAnswer;
}

interface CachedPage extends CachedAnswer {
  tags: string[];
  freshUntilMs: number;
  /** Only for requests that say nothing of who sends them. A page is for everybody. */
  isForNobody: boolean;
}

/**
 * Answers that are the same for everybody, by address, in memory. A page is rendered once however many ask at the same
 * moment, and compressed once; an answer of the API is kept as it was sent. Both are dropped when a committed event
 * says that what they show has changed.
 *
 * A change while an answer is made is not missed: what was purged meanwhile is answered, and kept neither here nor by
 * the edge. A page that is past its time is still served, once, while it is rendered anew behind.
 */
export interface PageCache {
  /** Answers from memory, before any framework has seen the request; false where it can't. */
  serve(request: IncomingMessage, response: ServerResponse): boolean;
  /** The whole answer to a plain GET, head and body, where it is in memory: for `page-lane.ts`. */
  wire: Wire;
  /** The page of `address`, rendered where it is not there; `send` writes it. */
  page(address: string, render: Render): Promise<Sendable>;
  /** Before an answer is made. The result keeps it; false where what it shows was purged since. */
  watch(): (address: string, answer: SentAnswer) => boolean;
  /** Drops everything that shows one of these. */
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
  /**
   * Something was committed here whose purge has not come yet. Pages are served all the same, a moment old; a client
   * of the API that reads what it has just written finds it written.
   */
  isBehind?(): boolean;
  /** Told of each answer from memory, which no hook of the listener sees, and how long it took. */
  onServed?(elapsedMs: number): void;
}

export function createPageCache(options: PageCacheOptions): PageCache {
  const { clock, log, enabled, isBehind = () => false, onServed } = options;
  const answered = options.metrics.counter('page_cache_total', 'Answers by where they came from', ['from']);
  const memory = pageMemory();
  const purges = purgeLog();
  const renderings = pageRenderings(options, memory, purges);

  /** Served once more while it is made anew; the next ones find the new one. */
  function refresh(address: string): boolean {
    const render = memory.extend(address, clock.nowMs() + limits.pageStaleMs);
    if (render === undefined) return false;
    renderings.once(address, render).catch(error => log.warn({ err: error }, 'a page could not be rendered anew'));
    return true;
  }

  function find(address: string, isFromNobody: boolean): CachedPage | undefined {
    const page = memory.get(address);
    if (page === undefined || (page.isForNobody && (!isFromNobody || isBehind()))) return undefined;
    if (page.freshUntilMs <= clock.nowMs() && !refresh(address)) return undefined;
    answered.inc({ from: 'memory' });
    return page;
  }

  return {
    serve(request, response) {
      if (request.method !== 'GET' && request.method !== 'HEAD') return false;
      const startedMs = performance.now();
      const { cookie, authorization } = request.headers;
      const page = find(request.url!, cookie === undefined && authorization === undefined);
      if (page === undefined) return false;
      writeAnswer(page, request, response);
      onServed?.(performance.now() - startedMs);
      return true;
    },
    wire(address, { acceptEncoding, isFromNobody }) {
      const startedMs = performance.now();
      const page = find(address, isFromNobody);
      if (page === undefined) return undefined;
      const bytes = wireOf(page, encodingOf(acceptEncoding), clock.nowMs());
      onServed?.(performance.now() - startedMs);
      return bytes;
    },
    async page(address, render) {
      const page = memory.get(address) ?? (await renderings.once(address, render));
      answered.inc({ from: 'rendering' });
      return { send: (request, response) => writeAnswer(page, request, response) };
    },
    watch() {
      const since = purges.now();
      return (address, { text, headers, tags, shared }) => {
        if (purges.hasAny(tags, since)) return false;
        if (!enabled || !shared.isKeptHere || isBehind()) return true;
        const freshUntilMs = clock.nowMs() + shared.freshSeconds * 1000;
        memory.keep(address, { ...packText(text, { status: 200, headers }), tags, freshUntilMs, isForNobody: true });
        return true;
      };
    },
    purge(tags) {
      for (const tag of tags) {
        purges.note(tag);
        memory.drop(tag);
      }
    },
    purgeAll() {
      purges.noteAll();
      memory.clear();
    },
  };
}

type Render = () => Promise<RenderedPage>;

/** Renderings under way: one an address, and what is purged meanwhile keeps its page from being kept. */
function pageRenderings(
  { enabled, headers, clock }: PageCacheOptions,
  memory: Pick<ReturnType<typeof pageMemory>, 'keep'>,
  purges: PurgeLog,
) {
  const renders = new Map<string, { since: number; done: Promise<CachedPage> }>();

  async function renderAndKeep(address: string, render: Render, since: number): Promise<CachedPage> {
    const rendered = await render();
    const page = await pack(rendered, headers, clock.nowMs());
    if (rendered.status !== 200) return page;
    if (purges.hasAny(page.tags, since)) return unshared(page);
    if (enabled) memory.keep(address, page, render);
    return page;
  }

  return {
    once(address: string, render: Render): Promise<CachedPage> {
      const running = renders.get(address);
      if (running !== undefined && !purges.hasAny([], running.since)) return running.done;
      const since = purges.now();
      const flight = { since, done: renderAndKeep(address, render, since) };
      renders.set(address, flight);
      const land = () => void (renders.get(address) === flight && renders.delete(address));
      flight.done.then(land, land);
      return flight.done;
    },
  };
}

type PurgeLog = ReturnType<typeof purgeLog>;

/** What was purged lately, in order: whoever began before must not keep what shows it. */
function purgeLog() {
  let count = 0;
  /** Everything up to here counts as purged: all was, or nobody remembers any more what. */
  let allUpTo = 0;
  const last = new LRUCache<string, number>({
    max: limits.purgesRememberedMax,
    dispose: (at, _tag, reason) => {
      if (reason === 'evict') allUpTo = Math.max(allUpTo, at);
    },
  });
  return {
    now: () => count,
    note: (tag: string) => void last.set(tag, ++count),
    noteAll: () => {
      allUpTo = ++count;
    },
    hasAny: (tags: string[], since: number) => allUpTo > since || tags.some(tag => (last.peek(tag) ?? 0) > since),
  };
}

/** Pages by address, the least used ones falling out, with how each is made and which of them show a tag. */
function pageMemory() {
  const byTag = new Map<string, Set<string>>();
  const renderers = new Map<string, Render>();
  const pages = new LRUCache<string, CachedPage>({
    maxSize: limits.pageCacheBytesMax,
    sizeCalculation: (page, address) => bytesOf(page) + page.tags.length * 100 + address.length * 2 + 2_000,
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
    keep(address: string, page: CachedPage, render?: Render): void {
      pages.set(address, page);
      if (!pages.has(address)) return;
      if (render !== undefined) renderers.set(address, render);
      for (const tag of page.tags) byTag.set(tag, (byTag.get(tag) ?? new Set()).add(address));
    },
    /** Lets a page live on for a while; answers how it is made anew. */
    extend(address: string, freshUntilMs: number): Render | undefined {
      const page = pages.get(address);
      const render = renderers.get(address);
      if (page === undefined || render === undefined) return undefined;
      pages.set(address, { ...page, freshUntilMs }, { noDisposeOnSet: true });
      return render;
    },
    drop(tag: string): void {
      for (const address of [...(byTag.get(tag) ?? [])]) pages.delete(address);
    },
    clear: () => pages.clear(),
  };
}

async function pack(page: RenderedPage, policy: Record<string, string>, nowMs: number): Promise<CachedPage> {
  const { html, status, location, shared } = page;
  const tags = [...new Set(page.tags)];
  const headers = {
    ...policy,
    'Content-Type': 'text/html; charset=utf-8',
    ...(status === 200 ? sharedHeaders(shared, tags) : { 'Cache-Control': UNSHARED }),
    ...(location !== undefined && { Location: location }),
  };
  const freshUntilMs = nowMs + shared.freshSeconds * 1000;
  return { ...(await packPage(html, { status, headers })), tags, freshUntilMs, isForNobody: false };
}

/** For those who wait for it alone: it shows what has changed since. */
function unshared(page: CachedPage): CachedPage {
  const without = ({ 'Surrogate-Key': _keys, ...headers }: Record<string, string>) => {
    return { ...headers, 'Cache-Control': UNSHARED };
  };
  const { identity, gzip, br } = page.headers;
  return { ...page, headers: { identity: without(identity), gzip: without(gzip), br: without(br) } };
}
