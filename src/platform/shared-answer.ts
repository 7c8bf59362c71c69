/**
 * What caches may do with an answer that is the same for everybody. The decision of each route stands in
 * `src/shared-answers.ts`; `page-cache.ts` keeps answers in this process, and the edge in front of the shop keeps them
 * by these headers.
 */
export interface SharedAnswer {
  /** How long it is shown without being asked for anew by those who hear of changes: this process and the edge. */
  freshSeconds: number;
  /** How much longer it may be shown while it is asked for anew behind. */
  staleSeconds: number;
  /** How long it is shown by browsers, which hear of nothing; a year means for ever. */
  browserSeconds: number;
  /** The kinds of keys by which it is purged, beside `shop`, which purges everything. */
  shows: readonly string[];
  /** The keys of a JSON answer; a page names its own. */
  keysIn(answer: AnswerParts): string[];
  /** In this process too: purges come soon enough to keep it true. */
  isKeptHere: boolean;
}

export interface AnswerParts {
  params: unknown;
  body: unknown;
}

export const YEAR_SECONDS = 31_536_000;
/** Of every answer that is not shared. */
export const UNSHARED = 'private, no-store';
/** Purges everything: after an upgrade, and where nobody knows any more what was missed. */
export const EVERYTHING = 'shop';

/** `keys`: what this answer shows, each a word of one of its kinds. */
export function sharedHeaders(shared: SharedAnswer, keys: Iterable<string>): Record<string, string> {
  return { 'Cache-Control': cacheControlOf(shared), 'Surrogate-Key': [...new Set([EVERYTHING, ...keys])].join(' ') };
}

function cacheControlOf({ freshSeconds, staleSeconds, browserSeconds }: SharedAnswer): string {
  if (browserSeconds >= YEAR_SECONDS) return `public, max-age=${YEAR_SECONDS}, immutable`;
  return `public, max-age=${browserSeconds}, s-maxage=${freshSeconds}, stale-while-revalidate=${staleSeconds}`;
}

/** `product:<id>` is of the kind `product`. */
export function kindOf(key: string): string {
  return key.split(':', 1)[0]!;
}
