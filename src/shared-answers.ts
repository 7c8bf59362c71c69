import { type AnswerParts, type SharedAnswer, YEAR_SECONDS } from '#platform/shared-answer';

/**
 * Every answer that is the same for everybody, by its route: how long it may be kept, and which keys purge it before
 * that. A route that anybody may ask names its row (`shared: sharedAnswers['…']`) or says `shared: 'never'`; one that
 * does neither is refused at start. What comes from a `never`, a known person or a refusal is `private, no-store`.
 *
 * Which events purge which keys stands in `src/gateway/purge-answers.ts`. What no key purges may be as old as it is
 * fresh: names in the bar of departments, counts of a list, the place of a product in it.
 */
export const sharedAnswers = {
  // Pages, in each language, kept in this process too. Their keys are the `tags` that they are rendered with.
  '/': page(60, ['product', 'categories']),
  '/search': page(30, ['product', 'categories']),
  '/c/*': page(60, ['product', 'categories']),
  '/p/:product_id': page(60, ['product']),
  '/sellers/:seller_id': page(60, ['product']),
  '/goodbye': page(3600, []),
  '/dev/design': page(3600, []),

  // The API. Its list, tree and reviews change by events of the catalogue and of stock alone, so they are kept here.
  '/api/products': row({ fresh: 30, stale: 300, shows: ['product', 'categories'], isKeptHere: true }),
  '/api/products/:product_id/reviews': row({ fresh: 60, stale: 300, shows: ['product'], isKeptHere: true }),
  '/api/categories': row({ fresh: 60, stale: 300, shows: ['categories'], isKeptHere: true }),
  // It counts its units, and stock is told by its transitions only: true to the unit here, seconds old at the edge.
  '/api/products/:product_id': row({ fresh: 1, stale: 1, shows: ['product'] }),
  // The index follows events in its own time, and looks and sales move what it finds: a purge would come too early.
  '/api/search': row({ fresh: 5, stale: 25, shows: ['product', 'categories'] }),
  '/api/suggest': row({ fresh: 30, stale: 30, shows: ['product', 'categories'] }),
  // A gateway that falls silent is soon offered last.
  '/api/payment-methods': row({ fresh: 5, stale: 0, browser: 5, shows: [] }),
  '/openapi.json': row({ fresh: 60, stale: 300, browser: 60, shows: [] }),

  // For people who read documents, and for machines.
  '/docs': row({ fresh: 60, stale: 300, browser: 60, shows: [] }),
  '/docs/reader.css': row({ fresh: 60, stale: 300, browser: 60, shows: [] }),
  '/home.css': row({ fresh: 300, stale: 300, browser: 300, shows: [] }),
  '/robots.txt': row({ fresh: 3600, stale: 3600, browser: 3600, shows: [] }),
  '/llms.txt': row({ fresh: 3600, stale: 3600, browser: 3600, shows: [] }),
  '/sitemap.xml': row({ fresh: 3600, stale: 3600, browser: 3600, shows: [] }),
  '/sitemaps/:file': row({ fresh: 3600, stale: 3600, browser: 3600, shows: [] }),

  // Never another thing under the same address.
  '/assets/:file': forEver(),
  '/images/demo/:name': forEver(),
  '/images/products/:name': forEver(),
} satisfies Record<string, SharedAnswer>;

/** What there is to be shown, and how a JSON answer tells its keys of it. */
const kinds = {
  /** `product:<id>`: a product that is shown, in whatever part. */
  product: productsIn,
  /** The tree, and lists whose counts or members change when a product comes, goes or moves. */
  categories: () => ['categories'],
};
type Kind = keyof typeof kinds;

function row(options: {
  fresh: number;
  stale: number;
  browser?: number;
  shows: readonly Kind[];
  isKeptHere?: boolean;
}): SharedAnswer {
  const { fresh, stale, browser = 0, shows, isKeptHere = false } = options;
  return {
    freshSeconds: fresh,
    staleSeconds: stale,
    browserSeconds: browser,
    shows,
    keysIn: answer => shows.flatMap(kind => kinds[kind](answer)),
    isKeptHere,
  };
}

function page(fresh: number, shows: readonly Kind[]): SharedAnswer {
  return row({ fresh, stale: fresh * 5, shows, isKeptHere: true });
}

function forEver(): SharedAnswer {
  return row({ fresh: YEAR_SECONDS, stale: 0, browser: YEAR_SECONDS, shows: [] });
}

interface ShowsProducts {
  product_id?: string;
  items?: { product_id?: string }[];
  suggestions?: { product_id?: string }[];
}

/** The one that the address or the answer is about, and those that it lists. */
function productsIn({ params, body }: AnswerParts): string[] {
  const { product_id, items = [], suggestions = [] } = body as ShowsProducts;
  const ids = [
    (params as ShowsProducts).product_id,
    product_id,
    ...[...items, ...suggestions].map(of => of.product_id),
  ];
  return ids.filter(id => id !== undefined).map(id => `product:${id}`);
}
