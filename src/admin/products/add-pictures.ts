import type { Catalog } from '#catalog';
import { derivedId } from '#platform/ids';
import type { Words } from '#words';
import type { FormFile } from './take-files.ts';

type PictureWords = Pick<Words['goods']['wrong'], 'pictureInvalid' | 'pictureTooLarge'>;

export interface AddedPictures {
  urls: string[];
  /** What was refused, a sentence a file. */
  tell(words: PictureWords): string[];
}

/** The pictures of a form, one after the other. Sent again, they become the same ones. */
export async function addPictures(
  catalog: Pick<Catalog, 'addPicture'>,
  commandId: string,
  seller_id: string | undefined,
  files: FormFile[],
): Promise<AddedPictures> {
  const urls: string[] = [];
  const refused: { name: string; word: keyof PictureWords }[] = [];
  for (const [index, { name, bytes }] of files.entries()) {
    const added = await catalog.addPicture({
      picture_id: derivedId(commandId, `picture ${index}`),
      seller_id: seller_id ?? null,
      bytes: bytes.toString('base64'),
    });
    if (added.ok) urls.push(added.value.url);
    else refused.push({ name, word: added.code === 'PICTURE_INVALID' ? 'pictureInvalid' : 'pictureTooLarge' });
  }
  return { urls, tell: words => refused.map(({ name, word }) => words[word](name)) };
}
