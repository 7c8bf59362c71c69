import { type Connection, sql } from '#platform/sql';
import type { Picture } from './picture-contract.ts';

export interface PictureFile {
  file: string;
  content_type: string;
  bytes: Buffer;
}

export async function readPicture(db: Connection, pictureId: string): Promise<Picture | undefined> {
  const rows = await db.query<Picture>(sql`
    select picture_id, url, width, height from catalog.pictures where picture_id = ${pictureId}`);
  return rows[0];
}

/** A picture with all its files, or nothing where the id is known. */
export async function insertPicture(
  db: Connection,
  picture: Picture & { seller_id: string | null; at: string },
  files: PictureFile[],
): Promise<void> {
  await db.query(sql`
    with picture as (
      insert into catalog.pictures (picture_id, seller_id, url, width, height, created_at)
      values (${picture.picture_id}, ${picture.seller_id}, ${picture.url}, ${picture.width}, ${picture.height},
        ${picture.at})
      on conflict do nothing returning picture_id
    )
    insert into catalog.picture_files (picture_id, file, content_type, bytes)
    select picture.picture_id, f.file, f.content_type, f.bytes
    from picture, unnest(${files.map(each => each.file)}::text[], ${files.map(each => each.content_type)}::text[],
      ${files.map(each => each.bytes)}::bytea[]) as f (file, content_type, bytes)`);
}

export async function readFileOf(
  db: Connection,
  asked: { picture_id: string; file: string },
): Promise<{ content_type: string; bytes: Buffer } | undefined> {
  const rows = await db.query<{ content_type: string; bytes: Buffer }>(sql`
    select content_type, bytes from catalog.picture_files
    where picture_id = ${asked.picture_id} and file = ${asked.file}`);
  return rows[0];
}

/** Pictures by id, above `after`, that were brought before a time. */
export async function listOldPictures(
  db: Connection,
  { after, before, limit }: { after: string; before: string; limit: number },
): Promise<string[]> {
  const rows = await db.query<{ picture_id: string }>(sql`
    select picture_id from catalog.pictures where picture_id > ${after} and created_at < ${before}
    order by picture_id limit ${limit}`);
  return rows.map(row => row.picture_id);
}

/**
 * Those of the pictures that no product names by any of their files; answers how many. Asked and taken at once. The
 * inner question stands in a `select` of its own: as a join, it was planned as a walk through every product.
 */
export async function deleteUnnamed(db: Connection, pictureIds: string[]): Promise<number> {
  const rows = await db.query(sql`
    with named as materialized (
      select f.picture_id from catalog.picture_files f
      where f.picture_id = any(${pictureIds}::uuid[]) and (select exists (
        select from catalog.products p where p.images ? ('/images/products/' || f.picture_id || '-' || f.file)
          and p.images::text like '%"/images/products/%'
      ))
    )
    delete from catalog.pictures
    where picture_id = any(${pictureIds}::uuid[]) and picture_id not in (select picture_id from named)
    returning picture_id`);
  return rows.length;
}
