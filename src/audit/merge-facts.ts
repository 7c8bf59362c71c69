import assert from 'node:assert/strict';
import { FACT_SPANS } from '#platform/facts';

/**
 * Pages of facts become one stream. The next page is read while one is looked at: never more than two of each stream
 * are in memory.
 */
export async function* streamFacts<Fact extends { key: string }>(
  read: (after: string | null) => Promise<Fact[]>,
): AsyncGenerator<Fact> {
  let last: string | null = null;
  for (let next = read(null); ; ) {
    const facts = await next;
    if (facts.length === 0) return;
    next = read(facts.at(-1)!.key);
    // An outage is thrown when its page's turn comes, and by nobody when that never does.
    next.catch(() => {});
    for (const fact of facts) {
      // Or it would never end, or miss what it is to be joined with.
      assert(last === null || fact.key > last, `a stream of facts goes back from ${last} to ${fact.key}`);
      last = fact.key;
      yield fact;
    }
  }
}

/** One fact a span of buckets. */
export async function* streamSpans<Fact>(read: (span: { span: number }) => Promise<Fact>): AsyncGenerator<Fact> {
  for (let span = 0; span < FACT_SPANS; span += 1) yield await read({ span });
}

type Streams<Facts> = { [Name in keyof Facts]: AsyncGenerator<Facts[Name]> };

/** One key with what each stream says of it: a full outer merge-join over streams that are sorted by key. */
export async function* mergeFacts<Facts extends Record<keyof Facts, { key: string }>>(
  streams: Streams<Facts>,
): AsyncGenerator<{ key: string } & Partial<Facts>> {
  const names = Object.keys(streams) as (keyof Facts)[];
  const heads: { [Name in keyof Facts]?: Facts[Name] } = {};
  const advance = async <Name extends keyof Facts>(name: Name) => {
    const next = await streams[name].next();
    heads[name] = next.done ? undefined : next.value;
  };
  await Promise.all(names.map(advance));
  for (;;) {
    let key: string | undefined;
    for (const name of names) {
      const own = heads[name]?.key;
      if (own !== undefined && (key === undefined || own < key)) key = own;
    }
    if (key === undefined) return;
    const merged: Partial<Facts> = {};
    for (const name of names) {
      if (heads[name]?.key !== key) continue;
      merged[name] = heads[name];
      await advance(name);
    }
    yield { key, ...merged };
  }
}

/** So that many facts are completed by one question. */
export async function* inPages<Fact>(facts: AsyncIterable<Fact>, size: number): AsyncGenerator<Fact[]> {
  let page: Fact[] = [];
  for await (const fact of facts) {
    page.push(fact);
    if (page.length < size) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
