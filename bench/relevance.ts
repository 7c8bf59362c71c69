// How well search ranks, by what people judged: NDCG@10 of any file of `query,external_id,grade` on the Icecat
// products, as their import would bring them to the index, and the same with a slip of one letter in each query.
import { readFileSync } from 'node:fs';
import type { Command, OptionValues } from 'commander';
import { seededRandom } from '#platform/seeded-random';
import { everything } from '../test/support/everything.ts';
import { PARTS } from '../test/support/parts.ts';
import type { BenchReport, BenchScope } from './support/benchmark.ts';
import { icecatDocuments } from './support/icecat-documents.ts';
import { type Judgments, ndcg, readJudgments } from './support/judgments.ts';
import { type FilledEngine, fillEngine, openEmbedded, openOpenSearch } from './support/search-engine.ts';
import { withSlip } from './support/slips.ts';

export const description = 'NDCG@10 of search on the Icecat products, by a file of judgments';

const ROUNDS = 5;
/** Plain FTS5 reaches 0.70 on the judgments that come with the file. */
const NDCG_MIN = 0.75;
const WORST_SHOWN = 10;

export function options(command: Command): Command {
  return command
    .argument('<judgments.csv>', 'lines of query,external_id,grade after a header')
    .option('--opensearch', 'on OpenSearch instead of the embedded engine')
    .option('--seed <text>', 'of the slips', 'relevance');
}

export async function run(
  scope: BenchScope,
  { seed, opensearch }: OptionValues,
  [file]: string[],
): Promise<BenchReport> {
  const judgments = readJudgments(readFileSync(file!, 'utf8'));
  const documents = icecatDocuments();
  if (documents === null) throw new Error(`the Icecat file is missing: ${PARTS.icecat.enable}`);
  const opened = opensearch ? await openOpenSearch(scope) : await openEmbedded(scope);
  if (opened === null) throw new Error(`OpenSearch is missing: ${PARTS.opensearch.enable}`);
  const { engine } = await fillEngine(scope, opened, documents);
  const exact = await rate(engine, judgments, query => query);
  const draw = seededRandom(seed);
  const slips: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    slips.push(mean(await rate(engine, judgments, query => withSlip(query, draw))));
  }
  return report(exact, slips.reduce((sum, each) => sum + each, 0) / ROUNDS);
}

type Rated = Map<string, number>;

/** Queries without a relevant product tell nothing. */
async function rate(
  engine: FilledEngine['engine'],
  judgments: Judgments,
  typed: (query: string) => string,
): Promise<Rated> {
  const rated: Rated = new Map();
  for (const [query, grades] of judgments) {
    if ([...grades.values()].every(grade => grade === 0)) continue;
    const { hits } = await engine.search({ ...everything, q: typed(query) });
    rated.set(
      query,
      ndcg(
        hits.map(hit => hit.product_id),
        grades,
      ),
    );
  }
  return rated;
}

function mean(rated: Rated): number {
  return [...rated.values()].reduce((sum, each) => sum + each, 0) / rated.size;
}

function report(exact: Rated, slips: number): BenchReport {
  const worst = [...exact].sort((a, b) => a[1] - b[1]).slice(0, WORST_SHOWN);
  const ndcgAt10 = mean(exact);
  return {
    tables: [
      {
        columns: ['NDCG@10', ''],
        rows: [
          [`${exact.size} queries`, ndcgAt10.toFixed(4)],
          ['with a slip in each', slips.toFixed(4)],
        ],
      },
      { columns: ['least', ''], rows: worst.map(([query, value]) => [query, value.toFixed(2)]) },
    ],
    failures: ndcgAt10 < NDCG_MIN ? [`NDCG@10 is ${ndcgAt10.toFixed(4)}, below ${NDCG_MIN}`] : [],
    results: { ndcgAt10, slips },
  };
}
