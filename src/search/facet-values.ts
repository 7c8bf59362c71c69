/** What facets show of what they have counted: the same for all engines. */

export const CATEGORIES_MAX = 100;
export const VALUES_MAX = 50;
export const RATINGS_FROM = [4, 3, 2, 1];
/** Products of a result that tell which attributes are worth showing. */
export const SAMPLE_MAX = 200;
const ATTRIBUTES_MAX = 8;

export interface ValueCount {
  value: string;
  count: number;
}

/** An attribute in a sample of the result: how many of its products have it, and how many values they have of it. */
export interface Sampled {
  name: string;
  coverage: number;
  distinct: number;
}

/** The attributes that tell a result's products apart: what most have, with two values at least and not too many. */
export function tellingOf<Of extends Sampled>(sampled: Of[], chosen: readonly string[]): Of[] {
  return sampled
    .filter(({ name, distinct }) => distinct >= 2 && distinct <= VALUES_MAX && !chosen.includes(name))
    .sort((a, b) => b.coverage - a.coverage || (a.name < b.name ? -1 : 1))
    .slice(0, ATTRIBUTES_MAX);
}

/** The most frequent values and all chosen ones, in a stable order. */
export function topValues(counted: ValueCount[], chosen: readonly string[]): ValueCount[] {
  const sorted = counted.sort(byCount);
  const shown = sorted.slice(0, VALUES_MAX);
  for (const value of new Set(chosen)) {
    if (shown.some(one => one.value === value)) continue;
    shown.push(sorted.find(one => one.value === value) ?? { value, count: 0 });
  }
  return shown;
}

export function byCount(a: ValueCount, b: ValueCount): number {
  return b.count - a.count || (a.value < b.value ? -1 : a.value > b.value ? 1 : 0);
}
