import type { Static } from 'typebox';
import type { CatalogProduct, Review, ReviewSort, ReviewSummary } from '#catalog';
import { LinkButton } from '#design/forms';
import { Notice, Pagination, productPath, Stars } from '#design/parts';
import { useView } from '#design/view';

export const REVIEWS_SHOWN = 8;
export type Sort = Static<typeof ReviewSort>;
const sorts: Sort[] = ['newest', 'highest', 'lowest'];

export interface ReviewsProps {
  product: CatalogProduct;
  summary: ReviewSummary;
  reviews: Review[];
  page: number;
  sort: Sort;
}

export function Reviews({ product, summary, reviews, page, sort }: ReviewsProps) {
  const { words, to } = useView();
  const { review_count: count } = summary;
  const base = to(productPath(product));
  const pages = Math.ceil(count / REVIEWS_SHOWN);
  return (
    <section class="section" id="reviews" aria-label={words.product.reviews}>
      {/* Shown to whom the address leads here, which is its author's: the page itself is the same for everybody. */}
      <div class="thanks" id="thanks">
        <Notice tone="good">{words.product.thanks}</Notice>
      </div>
      <h2>{words.product.reviews}</h2>
      <div class="reviews">
        <Summary product={product} summary={summary} />
        {count > 0 && (
          <div>
            {count > 1 && <Sorts base={base} sort={sort} />}
            <ul class="plain review-list">
              {reviews.map(review => (
                <OneReview key={review.review_id} review={review} />
              ))}
            </ul>
            <Pagination page={page} pages={pages} href={other => reviewsHref(base, other, sort)} />
          </div>
        )}
      </div>
    </section>
  );
}

/** The page of these reviews; newest first and the first page are what the product's own address shows. */
function reviewsHref(base: string, page: number, sort: Sort): string {
  const query = new URLSearchParams();
  if (page > 1) query.set('reviews', String(page));
  if (sort !== 'newest') query.set('sort', sort);
  return `${base}${query.size > 0 ? `?${query}` : ''}#reviews`;
}

function Summary({ product, summary }: Pick<ReviewsProps, 'product' | 'summary'>) {
  const { words, to, number } = useView();
  const { rating, review_count: count, distribution } = summary;
  return (
    <div class="review-summary">
      {count === 0 ? (
        <p>{words.product.noReviewsText}</p>
      ) : (
        <>
          <p class="review-mean">
            <Stars rating={rating} />
            <span>{words.product.ratingOf(number(rating), count)}</span>
          </p>
          <Distribution counts={distribution} total={count} />
        </>
      )}
      <LinkButton href={to(`/p/${product.product_id}/review`)} kind="secondary">
        {words.product.writeReview}
      </LinkButton>
    </div>
  );
}

function Distribution({ counts, total }: { counts: number[]; total: number }) {
  const { words, percent } = useView();
  return (
    <table class="distribution" aria-label={words.product.distribution}>
      <tbody>
        {[5, 4, 3, 2, 1].map(stars => {
          const count = counts[stars - 1] ?? 0;
          return (
            <tr key={stars}>
              <th scope="row">{words.product.starsOf(stars)}</th>
              <td>
                <progress class="bar" value={count} max={total} aria-hidden="true" />
              </td>
              <td class="number">{percent(Math.round((count / total) * 100) / 100)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Sorts({ base, sort }: { base: string; sort: Sort }) {
  const { product } = useView().words;
  return (
    <nav class="review-sorts" aria-label={product.sortedBy}>
      <ul class="chips">
        {sorts.map(other => (
          <li key={other}>
            <a class="chip" href={reviewsHref(base, 1, other)} aria-current={other === sort ? 'true' : undefined}>
              {product.sorts[other]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function OneReview({ review }: { review: Review }) {
  const { words, date } = useView();
  const { author, title, body, rating, created_at } = review;
  return (
    <li>
      <article class="review">
        <h3>{title}</h3>
        <p class="review-by">
          <Stars rating={rating} />
          <span class="quiet">
            {author === '' ? words.product.formerCustomer : words.product.by(author)} ·{' '}
            <time dateTime={created_at}>{date(created_at)}</time>
          </span>
        </p>
        {body !== '' && <p class="review-body">{body}</p>}
      </article>
    </li>
  );
}
