import type { Catalog, CatalogProduct } from '#catalog';
import { derivedId } from '#platform/ids';
import { type Chance, chanceFrom } from './chance.ts';
import { fillText } from './fill-text.ts';
import { type DemoProduct, generateCatalog } from './generate-catalog.ts';
import { firstNames, lastInitials, reviewTexts } from './review-texts.ts';

export interface DemoReview {
  user_id: string;
  author: string;
  review: { rating: number; title: string; body: string };
}

/** Most products have few reviews and some have many. */
const REVIEWS_MAX = 19;

/** Whoever writes reviews has no account; the id says only that it is the same person. */
const reviewers = firstNames.flatMap(first =>
  lastInitials.map(last => ({
    user_id: derivedId('00000000-0000-7000-8000-0000000f0000', `${first} ${last}`),
    author: `${first} ${last}.`,
  })),
);

/** The reviews of a demo product, each by another person; always the same ones. */
export function reviewsOf(product: Pick<DemoProduct, 'row' | 'department' | 'type' | 'quality'>): DemoReview[] {
  const chance = chanceFrom(`reviews of ${product.row.external_id}`);
  const count = Math.floor(REVIEWS_MAX * chance.next() ** 5.2 + chance.next());
  return chance.sample(reviewers, count).map(reviewer => ({ ...reviewer, review: write(product, chance) }));
}

function write({ department, type, quality }: Omit<DemoProduct, 'row'>, chance: Chance): DemoReview['review'] {
  const rating = rate(quality, chance);
  const { titles, opens, ends } = reviewTexts[rating]!;
  const said = rating >= 4 || (rating === 3 && chance.isHit(0.5)) ? department.praise : department.gripes;
  const sentences = [chance.pick(opens), chance.pick(said), ...(chance.isHit(0.55) ? [chance.pick(ends)] : [])];
  const body = sentences.map(sentence => fillText(sentence, { noun: type.noun })).join(' ');
  return { rating, title: chance.pick(titles), body };
}

/** Spread about the quality like a bell (the sum of three chances), with a few who are never content. */
function rate(quality: number, chance: Chance): number {
  if (chance.isHit(0.03)) return 1;
  const spread = (chance.next() + chance.next() + chance.next() - 1.5) * 1.9;
  return Math.min(5, Math.max(1, Math.round(quality + 0.15 + spread)));
}

/** At once: half of the pool's connections, so that shoppers find one. */
const PARALLEL = 10;
const SCAN_ROWS = 1_000;

/**
 * Writes the reviews through the catalog. Ids follow from the product, so a repeat writes none twice; products that
 * have theirs are passed over, so that a start after a crash goes on where the last one ended.
 */
export async function seedReviews(deps: {
  catalog: Pick<Catalog, 'scanProducts' | 'addReview'>;
  currency: string;
  signal: AbortSignal;
  onProgress: (written: number, total: number) => void;
}): Promise<void> {
  const { catalog, signal, onProgress } = deps;
  const todo = await findMissing(deps);
  let next = 0;
  async function work(): Promise<void> {
    while (next < todo.length && !signal.aborted) {
      const { product_id, number, review } = todo[next]!;
      next += 1;
      const review_id = derivedId(product_id, `demo review ${number}`);
      await catalog.addReview({ review_id, product_id, ...review });
      if (next % 500 === 0) onProgress(next, todo.length);
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, work));
}

interface MissingReview {
  product_id: string;
  number: number;
  review: DemoReview;
}

/** Round by round over the products, so that neighbors in the list seldom wait for one product's lock. */
async function findMissing(deps: {
  catalog: Pick<Catalog, 'scanProducts'>;
  currency: string;
}): Promise<MissingReview[]> {
  const products = await findDemoProducts(deps.catalog);
  const lists = [...generateCatalog(deps)].flatMap(product => {
    const known = products.get(product.row.external_id);
    const reviews = reviewsOf(product);
    return known === undefined || known.review_count >= reviews.length ? [] : [{ ...known, reviews }];
  });
  const rounds = Array.from({ length: REVIEWS_MAX + 1 }, (_, number) =>
    lists.flatMap(({ product_id, reviews }) => {
      const review = reviews[number];
      return review === undefined ? [] : [{ product_id, number, review }];
    }),
  );
  return rounds.flat();
}

async function findDemoProducts(
  catalog: Pick<Catalog, 'scanProducts'>,
): Promise<Map<string, Pick<CatalogProduct, 'product_id' | 'review_count'>>> {
  const found = new Map<string, Pick<CatalogProduct, 'product_id' | 'review_count'>>();
  let after: string | null = null;
  for (;;) {
    const products: CatalogProduct[] = await catalog.scanProducts({ after, limit: SCAN_ROWS });
    for (const { external_id, product_id, review_count, deleted } of products) {
      if (external_id?.startsWith('demo-') && !deleted) found.set(external_id, { product_id, review_count });
    }
    if (products.length < SCAN_ROWS) return found;
    after = products.at(-1)!.product_id;
  }
}
