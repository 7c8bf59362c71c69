import { LRUCache } from 'lru-cache';
import type { Clock } from '#platform/clock';
import type { Candidate, Lexicon } from '../language/lexicon.ts';
import { editDistance, editsAllowed } from '../language/spelling.ts';
import type { OpenSearchClient } from './opensearch-client.ts';
import { allOf, type Json } from './word-queries.ts';

/** A term that has been asked for stays about as frequent; one that no product has may come with the next one. */
const KNOWN_MS = 60_000;
const KNOWN_MAX = 20_000;
const ROUNDS_MAX = 10;
/** So many terms are counted by one request. */
const TERMS_MAX = 250;
/** Until it is known a term is taken for one that is well known: what is asked about then is what matters. */
const PRESUMED = 1_000_000;
const NEAR_MAX = 20;

interface Known {
  times: number;
  untilMs: number;
}

/** What the catalogue knows of words, over the network. */
export interface RemoteLexicon {
  /** Reads what `read` wants to know, until it has all. It is run again and again, so it must be pure. */
  knowing<Value>(read: (lexicon: Lexicon) => Value): Promise<Value>;
}

export function createRemoteLexicon(client: OpenSearchClient, index: string, clock: Clock): RemoteLexicon {
  const frequent = new LRUCache<string, Known>({ max: KNOWN_MAX });

  async function count(terms: string[], times: Map<string, number>): Promise<void> {
    for (let at = 0; at < terms.length; at += TERMS_MAX) {
      const some = terms.slice(at, at + TERMS_MAX);
      const filters = Object.fromEntries(some.map((term, place) => [`t${place}`, { term: { terms: term } }]));
      const { aggregations } = await client.ask<{
        aggregations: { t: { buckets: Record<string, { doc_count: number }> } };
      }>('POST', `/${index}/_search`, {
        size: 0,
        query: allOf([{ term: { alive: true } }]),
        aggs: { t: { filters: { filters } } },
      });
      for (const [place, term] of some.entries()) {
        const found = aggregations.t.buckets[`t${place}`]!.doc_count;
        times.set(term, found);
        if (found > 0) frequent.set(term, { times: found, untilMs: clock.nowMs() + KNOWN_MS });
      }
    }
  }

  function remembered(term: string): number | undefined {
    const known = frequent.get(term);
    return known !== undefined && known.untilMs > clock.nowMs() ? known.times : undefined;
  }

  return {
    async knowing(read) {
      const times = new Map<string, number>();
      const near = new Map<string, Candidate[]>();
      for (let round = 0; ; round++) {
        const asked = { terms: new Set<string>(), words: new Set<string>() };
        const value = read({
          timesOf(term) {
            const known = times.get(term) ?? remembered(term);
            if (known === undefined) asked.terms.add(term);
            return known ?? PRESUMED;
          },
          closest(word, most) {
            const known = near.get(word);
            if (known === undefined) asked.words.add(word);
            return (known ?? []).slice(0, most);
          },
        });
        if ((asked.terms.size === 0 && asked.words.size === 0) || round === ROUNDS_MAX) return value;
        await Promise.all([count([...asked.terms], times), findNear(client, index, [...asked.words], near)]);
      }
    },
  };
}

interface Suggested {
  suggest?: Record<string, { options: { text: string; freq: number }[] }[]>;
}

async function findNear(
  client: OpenSearchClient,
  index: string,
  words: string[],
  near: Map<string, Candidate[]>,
): Promise<void> {
  if (words.length === 0) return;
  const suggest = Object.fromEntries(words.map((word, place) => [`w${place}`, nearTo(word)]));
  const answer = await client.ask<Suggested>('POST', `/${index}/_search`, { size: 0, suggest });
  for (const [place, word] of words.entries()) {
    const options = answer.suggest?.[`w${place}`]?.[0]?.options ?? [];
    const edits = editsAllowed(word);
    const candidates = options
      .map(({ text, freq }) => ({ word: text, times: freq, distance: editDistance(word, text, edits) }))
      .filter(({ distance }) => distance > 0 && distance <= edits)
      .sort((a, b) => a.distance - b.distance || b.times - a.times || (a.word < b.word ? -1 : 1));
    near.set(word, candidates);
  }
}

function nearTo(word: string): Json {
  return {
    text: word,
    term: {
      field: 'words',
      analyzer: 'keyword',
      suggest_mode: 'always',
      max_edits: Math.max(1, editsAllowed(word)),
      prefix_length: 0,
      min_word_length: 3,
      size: NEAR_MAX,
      sort: 'score',
      // As many as are near, so that the frequent ones among them are met.
      max_inspections: 50,
    },
  };
}
