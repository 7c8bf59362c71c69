import { bucketOf } from '#platform/ids';
import { type Connection, type Sql, sql } from '#platform/sql';
import type { ModeratedReview, Review, ReviewSummary } from './contract.ts';

export interface ReviewRow extends Review {
  user_id: string;
}

const reviewColumns = sql`review_id, product_id, author, rating, title, body, created_at`;

/** False where this person has reviewed the product, or the id is taken. */
export async function insertReview(tx: Connection, review: ReviewRow): Promise<boolean> {
  const rows = await tx.query(sql`
    insert into catalog.reviews (bucket, review_id, product_id, user_id, author, rating, title, body, created_at)
    values (${bucketOf(review.product_id)}, ${review.review_id}, ${review.product_id}, ${review.user_id},
      ${review.author}, ${review.rating}, ${review.title}, ${review.body}, ${review.created_at})
    on conflict do nothing returning review_id`);
  return rows.length === 1;
}

export interface Figures {
  version: number;
  rating: number;
  review_count: number;
}

/** Adds to a product's figures what a review brings, or takes it away again. The caller holds the row lock. */
export async function countReview(
  tx: Connection,
  productId: string,
  change: { rating: number; count: number; at: string },
): Promise<Figures> {
  const rows = await tx.query<Figures>(sql`
    update catalog.products set rating_sum = rating_sum + ${change.rating},
      review_count = review_count + ${change.count}, version = version + 1, updated_at = ${change.at}
    where bucket = ${bucketOf(productId)} and product_id = ${productId}
    returning version, rating::float8 as rating, review_count`);
  return rows[0]!;
}

/**
 * A deleted product's too. Before any of its reviews, as who adds one does: that insert waits for whoever changes a
 * review of the same person, and would wait in a ring.
 */
export async function lockReviewed(tx: Connection, productId: string): Promise<void> {
  await tx.query(sql`
    select from catalog.products where bucket = ${bucketOf(productId)} and product_id = ${productId} for update`);
}

interface Moderation {
  hidden: boolean;
  reason: string | null;
  at: string;
}

/** Hides a visible review or shows a hidden one, and answers its stars; undefined where it is so already. */
export async function setHidden(
  tx: Connection,
  { product_id, review_id }: Pick<Review, 'product_id' | 'review_id'>,
  { hidden, reason, at }: Moderation,
): Promise<number | undefined> {
  const rows = await tx.query<{ rating: number }>(sql`
    update catalog.reviews set hidden_at = ${hidden ? at : null}, hidden_reason = ${hidden ? reason : null}
    where bucket = ${bucketOf(product_id)} and review_id = ${review_id} and (hidden_at is not null) <> ${hidden}
    returning rating`);
  return rows[0]?.rating;
}

const moderatedColumns = sql`r.review_id, r.product_id, r.author, r.rating, r.title, r.body, r.created_at, r.hidden_at,
  r.hidden_reason, case when r.hidden_at is null then 'visible' else 'hidden' end as state, p.title as product_title,
  p.deleted_at is not null as product_deleted`;

/** By its id alone, which says nothing of the bucket. */
export async function findReview(db: Connection, reviewId: string): Promise<ModeratedReview | undefined> {
  const rows = await db.query<ModeratedReview>(sql`
    select ${moderatedColumns} from catalog.reviews r join catalog.products p using (bucket, product_id)
    where r.review_id = ${reviewId}`);
  return rows[0];
}

/** Conditions of a list of all reviews, joined by "and". */
export const reviewStates = { visible: sql`r.hidden_at is null`, hidden: sql`r.hidden_at is not null` };

export function reviewOf(productId: string): Sql {
  return sql`r.bucket = ${bucketOf(productId)} and r.product_id = ${productId}`;
}

export function reviewRated(rating: number): Sql {
  return sql`r.rating = ${rating}`;
}

export function reviewSaying(pattern: string): Sql {
  return sql`(r.title ilike ${pattern} or r.body ilike ${pattern} or r.author ilike ${pattern})`;
}

/** Counts no further than `most`. */
export async function countReviews(db: Connection, scope: Sql, most: number): Promise<number> {
  const rows = await db.query<{ count: number }>(sql`
    select count(*) as count from (select from catalog.reviews r where ${scope} limit ${most}) counted`);
  return rows[0]!.count;
}

/** Newest first. */
export async function listModerated(
  db: Connection,
  scope: Sql,
  rows: { offset: number; limit: number },
): Promise<ModeratedReview[]> {
  return await db.query<ModeratedReview>(sql`
    with r as materialized (
      select * from catalog.reviews r where ${scope}
      order by r.created_at desc, r.review_id desc offset ${rows.offset} limit ${rows.limit}
    )
    select ${moderatedColumns} from r join catalog.products p using (bucket, product_id)
    order by r.created_at desc, r.review_id desc`);
}

/** Of a living product; the visible reviews are counted in the index alone. */
export async function readSummary(db: Connection, productId: string): Promise<ReviewSummary | undefined> {
  const rows = await db.query<ReviewSummary>(sql`
    select p.rating::float8 as rating, p.review_count, stars.distribution
    from catalog.products p cross join lateral (
      select array[count(*) filter (where r.rating = 1), count(*) filter (where r.rating = 2),
        count(*) filter (where r.rating = 3), count(*) filter (where r.rating = 4),
        count(*) filter (where r.rating = 5)] as distribution
      from catalog.reviews r
      where r.bucket = ${bucketOf(productId)} and r.product_id = ${productId} and r.hidden_at is null
    ) stars
    where p.bucket = ${bucketOf(productId)} and p.product_id = ${productId} and p.deleted_at is null`);
  return rows[0];
}

export async function readReview(db: Connection, productId: string, reviewId: string): Promise<Review | undefined> {
  const rows = await db.query<Review>(sql`
    select ${reviewColumns} from catalog.reviews
    where bucket = ${bucketOf(productId)} and product_id = ${productId} and review_id = ${reviewId}`);
  return rows[0];
}

export const reviewOrders = {
  newest: sql`created_at desc, review_id desc`,
  highest: sql`rating desc, created_at desc, review_id desc`,
  lowest: sql`rating, created_at desc, review_id desc`,
};

/** Visible ones. */
export async function listReviewRows(
  db: Connection,
  productId: string,
  rows: { order: Sql; offset: number; limit: number },
): Promise<Review[]> {
  return await db.query<Review>(sql`
    select ${reviewColumns} from catalog.reviews
    where bucket = ${bucketOf(productId)} and product_id = ${productId} and hidden_at is null
    order by ${rows.order} offset ${rows.offset} limit ${rows.limit}`);
}

export async function listReviewsByUser(db: Connection, userId: string): Promise<Review[]> {
  return await db.query<Review>(sql`
    select ${reviewColumns} from catalog.reviews where user_id = ${userId}
    order by created_at desc, review_id desc`);
}

export async function anonymiseReviewsByUser(db: Connection, userId: string): Promise<void> {
  await db.query(sql`update catalog.reviews set user_id = null, author = '' where user_id = ${userId}`);
}
