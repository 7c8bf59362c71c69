import type { OpenOptions, SearchIndex } from './search-index.ts';

/** What the worker is asked: to open its index, and then the operations of the index, one after the other. */
export type Question =
  | { id: number; name: 'open'; input: OpenOptions & { folder: string; synonyms: string } }
  | { id: number; name: Exclude<keyof SearchIndex, 'flush'>; input?: unknown };

/** `isBroken`: the file can't be used any more. */
export type Answer =
  | { id: number; ok: true; value: unknown }
  | { id: number; ok: false; error: string; isBroken: boolean };
