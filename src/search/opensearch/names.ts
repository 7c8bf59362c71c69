import { limits } from '#limits';
import { CategoryTree } from '../category-tree.ts';
import { Dictionary } from '../dictionary.ts';
import type { Names } from '../named-factors.ts';
import type { OpenSearchClient } from './opensearch-client.ts';
import { BETWEEN } from './search-document.ts';

/** What an index holds on the whole. */
export interface Known extends Names {
  products: number;
}

interface Bucket {
  key: string;
  doc_count: number;
}

/** The largest categories and brands: those of which a query is likely to name one. */
export async function readNames(client: OpenSearchClient, index: string): Promise<Known> {
  const largest = (field: string) => ({ terms: { field, size: limits.searchNamesMax } });
  const answer = await client.ask<{
    hits: { total: { value: number } };
    aggregations: Record<'categories' | 'brands', { buckets: Bucket[] }>;
  }>('POST', `/${index}/_search`, {
    size: 0,
    track_total_hits: true,
    query: { term: { alive: true } },
    aggs: { categories: largest('category'), brands: largest('brand') },
  });
  const categories = new CategoryTree();
  const categorySizes: number[] = [];
  for (const { key, doc_count } of answer.aggregations.categories.buckets) {
    if (key !== '') categorySizes[categories.intern(key.split(BETWEEN))] = doc_count;
  }
  const brands = new Dictionary();
  const brandSizes: number[] = [];
  for (const { key, doc_count } of answer.aggregations.brands.buckets) brandSizes[brands.intern(key)] = doc_count;
  return { products: answer.hits.total.value, categories, categorySizes, brands, brandSizes };
}
