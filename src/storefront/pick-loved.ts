/** A product counts as loved when its stars, weighed against this many average ones, still stand out. */
const AVERAGE_VOTES = 5;

interface Rated {
  rating: number;
  review_count: number;
}

/**
 * The best liked first, by the Bayesian mean: few reviews say little, so each product starts from the mean of all and
 * moves towards its own with every review. Those without a review are left out.
 */
export function pickLoved<Product extends Rated>(products: Product[], most: number): Product[] {
  const rated = products.filter(({ review_count }) => review_count > 0);
  const votes = rated.reduce((sum, { review_count }) => sum + review_count, 0);
  const stars = rated.reduce((sum, { rating, review_count }) => sum + rating * review_count, 0);
  const mean = votes === 0 ? 0 : stars / votes;
  const score = ({ rating, review_count }: Rated) =>
    (AVERAGE_VOTES * mean + rating * review_count) / (AVERAGE_VOTES + review_count);
  return rated.toSorted((a, b) => score(b) - score(a) || b.review_count - a.review_count).slice(0, most);
}
