import { limits } from '#limits';
import { timestamp } from '#platform/clock';
import type { CatalogParts } from '../deps.ts';
import { FIRST_ID } from '../store.ts';
import { deleteUnnamed, listOldPictures } from './picture-store.ts';

/**
 * Pictures that no product names, a day after they came: until then a form may still be open. Walks all pictures in
 * small batches, so that no statement is long; a run that is cut off loses nothing, the next one begins at the first.
 */
export async function dropUnusedPictures(
  { db, clock, log }: Pick<CatalogParts, 'db' | 'clock' | 'log'>,
  signal: AbortSignal,
): Promise<void> {
  const before = timestamp(clock.nowMs() - limits.pictureUnusedMs);
  const limit = limits.pictureBatchMax;
  let dropped = 0;
  for (let after: string | undefined = FIRST_ID; after !== undefined && !signal.aborted; ) {
    const pictureIds: string[] = await listOldPictures(db, { after, before, limit });
    dropped += await deleteUnnamed(db, pictureIds);
    after = pictureIds.length === limit ? pictureIds.at(-1) : undefined;
  }
  if (dropped > 0) log.info({ dropped }, 'pictures that no product names were dropped');
}
