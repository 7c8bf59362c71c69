import { type Static, Type } from 'typebox';
import { type Catalog, type CatalogProduct, Product, presentProduct } from '#catalog';
import { limits } from '#limits';
import { demandAccess } from '#platform/demand-access';
import { type App, answers, refusal } from '#platform/http';
import { edgeRefusals, invalidInput } from '#platform/problem';
import { nullable, object, oneOf, PageQuery, page, text } from '#platform/schema';
import { sharedAnswers } from '#shared-answers';
import { Explanation, Facets, type Search, type SearchQuery, Suggestion, searchContract } from './contract.ts';

export function searchRoutes(app: App, { search, catalog }: { search: Search; catalog: Catalog }): void {
  app.get(
    '/api/search',
    {
      config: { access: 'anyone', shared: sharedAnswers['/api/search'] },
      schema: {
        summary: 'Find products by words, filters and facets',
        tags: ['search'],
        querystring: SearchParams,
        response: answers({ 200: SearchAnswer }, { ...searchContract.refusals, FORBIDDEN: edgeRefusals.FORBIDDEN }, [
          'PAGE_TOO_DEEP',
          'PRICE_RANGE_EMPTY',
          'FORBIDDEN',
        ]),
      },
    },
    async (request, reply) => {
      const { query } = request;
      const explain = query.explain === '1';
      if (explain) demandAccess(request, 'staff');
      const outcome = await search.search({ ...readParams(query), explain });
      if (!outcome.ok) return refusal(reply, outcome, searchContract.refusals);
      const { hits, ...result } = outcome.value;
      const products = await catalog.getProducts({ product_ids: hits.map(hit => hit.product_id) });
      const items = present(hits, products);
      if (!explain) return { ...result, items };
      return {
        ...result,
        items,
        explanations: Object.fromEntries(hits.map(hit => [hit.product_id, hit.explanation!])),
      };
    },
  );

  app.get(
    '/api/suggest',
    {
      config: { access: 'anyone', shared: sharedAnswers['/api/suggest'] },
      schema: {
        summary: 'What a text may become: past queries, products, categories and brands that begin so',
        tags: ['search'],
        querystring: object({ q: Type.Optional(text(limits.queryLengthMax, { min: 0 })) }),
        response: answers({ 200: object({ suggestions: Type.Array(Suggestion, { maxItems: 10 }) }) }),
      },
    },
    async ({ query }) => ({ suggestions: await search.suggest({ q: query.q ?? '' }) }),
  );
}

/** The index may be a moment behind: what the catalog has deleted meanwhile is left out. */
function present(hits: { product_id: string; in_stock: boolean }[], products: CatalogProduct[]): Product[] {
  const byId = new Map(products.filter(product => !product.deleted).map(product => [product.product_id, product]));
  return hits.flatMap(({ product_id, in_stock }) => {
    const product = byId.get(product_id);
    return product === undefined ? [] : [presentProduct(product, { in_stock, available: null })];
  });
}

const SearchAnswer = page(Product, {
  query: object({
    text: Type.String(),
    corrected: nullable(Type.String({ description: 'What was searched for instead, where a word was unknown' })),
    did_you_mean: Type.Array(Type.String()),
    relaxed: Type.Boolean({ description: 'No product has all words, so those with some of them are shown' }),
  }),
  facets: Facets,
  took_ms: Type.Number(),
  explanations: Type.Optional(
    Type.Record(Type.String(), Explanation, {
      description:
        'Where `explain=1` asks for it: by product, the factors whose product is its relevance. `text` is what its words ' +
        'score, null where none were asked for; a title that is the query stands before all others.',
    }),
  ),
});

const ATTRIBUTE = 'attr.';
const NAMES_MAX = 20;
const NAME_LENGTH_MAX = 100;
const price = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'Minor units, inclusive' });

/** The words of a query string. `attr.NAME` has a name of the shop's own, so it stands in no list of properties. */
const SearchParams = Type.Object(
  {
    q: Type.Optional(text(limits.queryLengthMax, { min: 0 })),
    category: Type.Optional(
      Type.Array(text(100), { maxItems: 6, description: 'One path from the root: repeat it for each step' }),
    ),
    brand: Type.Optional(Type.Array(text(200), { maxItems: 50, description: 'Repeated: any of them' })),
    price_min: Type.Optional(price),
    price_max: Type.Optional(price),
    rating_min: Type.Optional(Type.Number({ minimum: 0, maximum: 5 })),
    prime: Type.Optional(Type.Boolean()),
    in_stock: Type.Optional(Type.Boolean({ description: 'true: what can be bought now; false: what can not' })),
    sort: Type.Optional(oneOf('relevance', 'price_asc', 'price_desc', 'rating', 'newest')),
    explain: Type.Optional(Type.Literal('1', { description: 'For staff: why each product stands where it does' })),
    ...PageQuery,
  },
  { patternProperties: { '^attr\\.': Type.Array(text(1000), { maxItems: 50 }) } },
);

function readParams(query: Static<typeof SearchParams>): SearchQuery {
  return {
    q: query.q ?? '',
    category: query.category ?? [],
    brands: query.brand ?? [],
    price_min: query.price_min ?? null,
    price_max: query.price_max ?? null,
    rating_min: query.rating_min ?? null,
    prime: query.prime ?? null,
    in_stock: query.in_stock ?? null,
    attributes: readAttributes(query),
    sort: query.sort ?? 'relevance',
    page: query.page,
    page_size: query.page_size,
  };
}

function readAttributes(query: Record<string, unknown>): SearchQuery['attributes'] {
  const params = Object.keys(query).filter(param => param.startsWith(ATTRIBUTE));
  const errors = params.flatMap((param, index) => {
    const { length } = param.slice(ATTRIBUTE.length);
    const isNamed = length >= 1 && length <= NAME_LENGTH_MAX;
    if (isNamed && index < NAMES_MAX) return [];
    const message = isNamed ? `is one more than ${NAMES_MAX} attributes` : `needs a name of 1 to ${NAME_LENGTH_MAX}`;
    return [{ path: `?${param}`, message }];
  });
  if (errors.length > 0) throw invalidInput('an attribute is not what this route takes', errors);
  return Object.fromEntries(params.map(param => [param.slice(ATTRIBUTE.length), query[param] as string[]]));
}
