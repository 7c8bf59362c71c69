import { bucketOf } from '#platform/ids';
import { type Connection, sql } from '#platform/sql';
import type { Review } from './contract.ts';

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

/** The caller holds the product's row lock. */
export async function countReview(
  tx: Connection,
  { product_id, rating, created_at }: Review,
): Promise<{ version: number; rating: number; review_count: number }> {
  const rows = await tx.query<{ version: number; rating: number; review_count: number }>(sql`
    update catalog.products set rating_sum = rating_sum + ${rating}, review_count = review_count + 1,
      version = version + 1, updated_at = ${created_at}
    where bucket = ${bucketOf(product_id)} and product_id = ${product_id}
    returning version, rating::float8 as rating, review_count`);
  return rows[0]!;
}

export async function readReview(db: Connection, productId: string, reviewId: string): Promise<Review | undefined> {
  const rows = await db.query<Review>(sql`
    select ${reviewColumns} from catalog.reviews
    where bucket = ${bucketOf(productId)} and product_id = ${productId} and review_id = ${reviewId}`);
  return rows[0];
}

/** Newest first. */
export async function listReviewRows(
  db: Connection,
  productId: string,
  rows: { offset: number; limit: number },
): Promise<Review[]> {
  return await db.query<Review>(sql`
    select ${reviewColumns} from catalog.reviews
    where bucket = ${bucketOf(productId)} and product_id = ${productId}
    order by review_id desc offset ${rows.offset} limit ${rows.limit}`);
}

export async function listReviewsByUser(db: Connection, userId: string): Promise<Review[]> {
  return await db.query<Review>(sql`
    select ${reviewColumns} from catalog.reviews where user_id = ${userId} order by review_id desc`);
}

export async function anonymiseReviewsByUser(db: Connection, userId: string): Promise<void> {
  await db.query(sql`update catalog.reviews set user_id = null, author = '' where user_id = ${userId}`);
}
