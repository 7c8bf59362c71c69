import type { SearchQuery } from '#search';

/** All of a shop's products, the first page: what a test or a benchmark asks for, but for what it names. */
export const everything: SearchQuery = {
  q: '',
  category: [],
  brands: [],
  price_min: null,
  price_max: null,
  rating_min: null,
  prime: null,
  in_stock: null,
  attributes: {},
  sort: 'relevance',
  page: 1,
  page_size: 24,
};
