const KEY_MAX = 3;

/** Words by their beginnings: all that share the first one, two and three letters. */
export class Prefixes {
  readonly #byKey = new Map<string, number[]>();

  add(word: string, id: number): void {
    for (let length = 1; length <= Math.min(KEY_MAX, word.length); length++) {
      const key = word.slice(0, length);
      const same = this.#byKey.get(key);
      if (same === undefined) this.#byKey.set(key, [id]);
      else same.push(id);
    }
  }

  /** The most frequent words that begin so. */
  best(
    prefix: string,
    most: number,
    words: { textOf(id: number): string; timesOf(id: number): number },
  ): { word: string; times: number }[] {
    const best: { id: number; times: number }[] = [];
    for (const id of this.#byKey.get(prefix.slice(0, KEY_MAX)) ?? []) {
      const times = words.timesOf(id);
      if (best.length === most && times <= best.at(-1)!.times) continue;
      if (prefix.length > KEY_MAX && !words.textOf(id).startsWith(prefix)) continue;
      const at = best.findIndex(other => other.times < times);
      best.splice(at < 0 ? best.length : at, 0, { id, times });
      if (best.length > most) best.pop();
    }
    return best.map(({ id, times }) => ({ word: words.textOf(id), times }));
  }
}
