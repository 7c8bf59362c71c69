/** Work of one key is done one after the other, in the order of its coming; of other keys meanwhile. */
export type InTurn = <Answer>(key: string, work: () => Promise<Answer>) => Promise<Answer>;

export function inTurn(): InTurn {
  const last = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const before = last.get(key);
    // Whoever went before has told its own caller how it ended.
    const mine = before === undefined ? work() : before.then(work, work);
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (last.get(key) === mine) last.delete(key);
    }
  };
}
