import { BulkheadRejectedError, bulkhead } from 'cockatiel';
import { limits } from '#limits';
import { accept, type Outcome, refuse, Unavailable } from '#platform/outcome';
import { isKnownFormat } from './known-format.ts';
import { fileOf, largestSize, type PictureSize, sizesBelow } from './picture-sources.ts';
import type { PictureFile } from './picture-store.ts';

export interface ResizedPicture extends PictureSize {
  files: PictureFile[];
}

export type ResizePicture = (
  bytes: Buffer,
) => Promise<Outcome<ResizedPicture, 'PICTURE_INVALID' | 'PICTURE_TOO_LARGE'>>;

const WEBP = { quality: 80 };
/**
 * Measured on one core with 12 megapixels of noise, the worst there is: effort 1 takes 2.0 s for all sizes, effort 2
 * 3.7 s, effort 4 32 s, and the files are equally large to a few percent.
 */
const AVIF = { quality: 55, effort: 1 };

interface Pixels {
  data: Buffer;
  raw: { width: number; height: number; channels: 1 | 2 | 3 | 4 };
}

/**
 * Makes the files of a picture from its bytes: turned as EXIF says, in sRGB, without metadata. One picture at a time,
 * on one thread of libuv's pool, so that uploads never take both cores from those who shop; a bounded number waits.
 */
export function createResizer(): ResizePicture {
  const turns = bulkhead(limits.picturesAtOnceMax, limits.picturesWaitingMax);
  return async bytes => {
    if (bytes.length > limits.pictureBytesMax) return refuse('PICTURE_TOO_LARGE');
    if (!isKnownFormat(bytes)) return refuse('PICTURE_INVALID');
    try {
      return await turns.execute(() => resize(bytes));
    } catch (error) {
      if (!(error instanceof BulkheadRejectedError)) throw error;
      throw new Unavailable('too many pictures are being made smaller', { cause: error });
    }
  };
}

async function resize(bytes: Buffer): ReturnType<ResizePicture> {
  const size = await readSize(bytes);
  if (size === undefined) return refuse('PICTURE_INVALID');
  if (size.width * size.height > limits.picturePixelsMax) return refuse('PICTURE_TOO_LARGE');
  const largest = largestSize(size);
  const pixels = await readPixels(bytes, largest);
  if (pixels === undefined) return refuse('PICTURE_INVALID');
  const files: PictureFile[] = [];
  for (const each of sizesBelow(largest)) files.push(...(await writeFiles(pixels, each)));
  return accept({ ...largest, files });
}

/** Loaded with the first picture: it takes 90 ms and 20 MB that most processes never need. */
async function library() {
  const { default: sharp } = await import('sharp');
  sharp.concurrency(1);
  sharp.cache(false);
  return sharp;
}

/** As it is seen, from the header alone; undefined where there is none. */
async function readSize(bytes: Buffer): Promise<PictureSize | undefined> {
  const sharp = await library();
  try {
    return (await sharp(bytes, { limitInputPixels: false }).metadata()).autoOrient;
  } catch {
    // Whatever the library complains about here lies in the bytes: the caller is told that they are no picture.
    return undefined;
  }
}

/** Decodes the first frame, straight to the largest size that is needed; undefined where the bytes are broken. */
async function readPixels(bytes: Buffer, { width, height }: PictureSize): Promise<Pixels | undefined> {
  const sharp = await library();
  const options = { failOn: 'error', limitInputPixels: limits.picturePixelsMax, autoOrient: true } as const;
  try {
    const { data, info } = await sharp(bytes, options)
      .timeout({ seconds: limits.pictureDecodeMs / 1000 })
      .resize(width, height, { fit: 'fill' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { data, raw: { width, height, channels: info.channels } };
  } catch {
    // Cut short, lying about itself, or made to take for ever: the caller's bytes, and no bug of ours.
    return undefined;
  }
}

async function writeFiles({ data, raw }: Pixels, size: PictureSize): Promise<PictureFile[]> {
  const sharp = await library();
  const resized = sharp(data, { raw }).resize(size.width, size.height, { fit: 'fill' });
  const webp = await resized.clone().webp(WEBP).toBuffer();
  const avif = await resized.clone().avif(AVIF).toBuffer();
  return [
    { file: fileOf(size, 'webp'), content_type: 'image/webp', bytes: webp },
    { file: fileOf(size, 'avif'), content_type: 'image/avif', bytes: avif },
  ];
}
