import type { Static } from 'typebox';
import { timestamp } from '#platform/clock';
import { accept } from '#platform/outcome';
import type { CatalogParts } from '../deps.ts';
import type { AddPicture, PictureOperations } from './picture-contract.ts';
import { pictureUrl } from './picture-sources.ts';
import { insertPicture, readPicture } from './picture-store.ts';
import type { ResizePicture } from './resize-picture.ts';

export async function addPicture(
  { db, clock, resizePicture }: Pick<CatalogParts, 'db' | 'clock'> & { resizePicture: ResizePicture },
  { picture_id, seller_id, bytes }: Static<typeof AddPicture>,
): ReturnType<PictureOperations['addPicture']> {
  // A repeat is answered before the work, which is seconds of it.
  const known = await readPicture(db, picture_id);
  if (known !== undefined) return accept(known);
  const resized = await resizePicture(Buffer.from(bytes, 'base64'));
  if (!resized.ok) return resized;

  const { width, height, files } = resized.value;
  const picture = { picture_id, url: pictureUrl(picture_id, { width, height }), width, height };
  await insertPicture(db, { ...picture, seller_id, at: timestamp(clock.nowMs()) }, files);
  // Not ours, perhaps: of two at once the first one's stays.
  return accept((await readPicture(db, picture_id))!);
}
