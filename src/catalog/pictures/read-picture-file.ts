import type { Connection } from '#platform/sql';
import type { PictureOperations } from './picture-contract.ts';
import { readFileOf } from './picture-store.ts';

export async function readPictureFile(
  db: Connection,
  input: { picture_id: string; file: string },
): ReturnType<PictureOperations['readPictureFile']> {
  const found = await readFileOf(db, input);
  if (found === undefined) return null;
  return { content_type: found.content_type, bytes: found.bytes.toString('base64') };
}
