/** By query, by product: from 0, irrelevant, to 3, exactly it. */
export type Judgments = Map<string, Map<string, number>>;

const DEPTH = 10;

/** Lines of `query,external_id,grade` after a header. */
export function readJudgments(text: string): Judgments {
  const judgments: Judgments = new Map();
  for (const [at, line] of text.trim().split(/\r?\n/).entries()) {
    const [, query, id, grade] = /^"?(.*?)"?,([^,]+),([0-3])(?:\.0)?$/.exec(line.trim()) ?? [];
    if (at === 0 && grade === undefined) continue;
    if (grade === undefined) throw new Error(`line ${at + 1} is not query,external_id,grade: ${line}`);
    const known = judgments.get(query!) ?? new Map<string, number>();
    judgments.set(query!, known.set(id!, Number(grade)));
  }
  return judgments;
}

/**
 * Normalised discounted cumulative gain of the first ten (Järvelin, Kekäläinen 2002), with a gain of 2^grade − 1;
 * what nobody judged counts as irrelevant.
 */
export function ndcg(found: string[], grades: Map<string, number>): number {
  const ideal = gain([...grades.values()].sort((a, b) => b - a));
  return ideal === 0 ? 0 : gain(found.map(id => grades.get(id) ?? 0)) / ideal;
}

function gain(grades: number[]): number {
  return grades.slice(0, DEPTH).reduce((sum, grade, rank) => sum + (2 ** grade - 1) / Math.log2(rank + 2), 0);
}
