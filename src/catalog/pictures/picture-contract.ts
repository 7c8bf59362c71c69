import { type Static, Type } from 'typebox';
import { limits } from '#limits';
import { command, query } from '#platform/contract';
import type { Outcome } from '#platform/outcome';
import { Id, nullable, object, text } from '#platform/schema';

/** An uploaded picture: `url` goes into a product's `images`, and `pictureSources` reads its other files from it. */
export const Picture = object({
  picture_id: Id,
  url: text(200),
  width: Type.Integer({ minimum: 1 }),
  height: Type.Integer({ minimum: 1 }),
});
export type Picture = Static<typeof Picture>;

/** `bytes` is the file as it came, in base64. `seller_id` says who brought it; null for staff. */
export const AddPicture = object({ picture_id: Id, seller_id: nullable(Id), bytes: Type.String() });
export const ReadPictureFile = object({ picture_id: Id, file: text(50) });

/** The part of the catalogue's contract that is about pictures. */
export interface PictureOperations {
  /**
   * Makes WebP and AVIF files of some sizes and keeps them, the upload itself not. What no product names a day later is
   * dropped. JPEG, PNG, WebP, AVIF and GIF (its first frame), by their bytes.
   */
  addPicture(input: Static<typeof AddPicture>): Promise<Outcome<Picture, 'PICTURE_INVALID' | 'PICTURE_TOO_LARGE'>>;
  /** One of the files, in base64. */
  readPictureFile(input: Static<typeof ReadPictureFile>): Promise<{ content_type: string; bytes: string } | null>;
}

export const pictureOperations = {
  addPicture: command(AddPicture, limits.pictureTimeoutMs),
  readPictureFile: query(ReadPictureFile),
};

export const pictureRefusals = {
  PICTURE_INVALID: { status: 400, meaning: 'This is no whole picture in JPEG, PNG, WebP, AVIF or GIF.' },
  PICTURE_TOO_LARGE: { status: 413, meaning: 'A picture has at most 10 MB and 50 megapixels.' },
} as const;
