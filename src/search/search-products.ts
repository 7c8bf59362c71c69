import { limits } from '#limits';
import type { Clock } from '#platform/clock';
import { accept, type Outcome, refuse } from '#platform/outcome';
import type { SearchQuery, SearchResult } from './contract.ts';
import type { SearchEngine } from './engine.ts';

export async function searchProducts(
  { engine, clock }: { engine: SearchEngine; clock: Clock },
  query: SearchQuery,
): Promise<Outcome<SearchResult, 'PAGE_TOO_DEEP' | 'PRICE_RANGE_EMPTY'>> {
  const { page, page_size, price_min: least, price_max: most } = query;
  if ((page - 1) * page_size >= limits.listedRowsMax) return refuse('PAGE_TOO_DEEP');
  if (least !== null && most !== null && least > most) return refuse('PRICE_RANGE_EMPTY');
  const startedMs = clock.nowMs();
  const answer = await engine.search(query);
  return accept({ ...answer, page, page_size, took_ms: clock.nowMs() - startedMs });
}
