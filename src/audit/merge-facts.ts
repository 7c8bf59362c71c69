/** Pages of facts become one stream: never more than a page of each is in memory. */
export async function* streamFacts<Fact>(
  read: (after: string | null) => Promise<Fact[]>,
  keyOf: (fact: Fact) => string,
): AsyncGenerator<Fact> {
  for (let after: string | null = null; ; ) {
    const facts = await read(after);
    yield* facts;
    const last = facts.at(-1);
    if (last === undefined) return;
    after = keyOf(last);
  }
}

/** A stream of facts and the key that it is sorted by. */
export interface Sorted<Fact> {
  facts: AsyncGenerator<Fact>;
  keyOf(fact: Fact): string;
}

type Streams<Facts> = { [Name in keyof Facts]: Sorted<Facts[Name]> };

/** One key with what each stream says of it: a full outer merge-join over streams that are sorted by key. */
export async function* mergeFacts<Facts extends object>(
  streams: Streams<Facts>,
): AsyncGenerator<{ key: string } & Partial<Facts>> {
  const names = Object.keys(streams) as (keyof Facts)[];
  const heads: { [Name in keyof Facts]?: Facts[Name] } = {};
  const advance = async <Name extends keyof Facts>(name: Name) => {
    const next = await streams[name].facts.next();
    heads[name] = next.done ? undefined : next.value;
  };
  const keyOf = <Name extends keyof Facts>(name: Name): string | undefined => {
    const head = heads[name];
    return head === undefined ? undefined : streams[name].keyOf(head);
  };
  await Promise.all(names.map(advance));
  for (;;) {
    const [key] = names
      .map(keyOf)
      .filter(candidate => candidate !== undefined)
      .sort();
    if (key === undefined) return;
    const merged: Partial<Facts> = {};
    for (const name of names.filter(candidate => keyOf(candidate) === key)) {
      merged[name] = heads[name];
      await advance(name);
    }
    yield { key, ...merged };
  }
}
