import sharp from 'sharp';

export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'avif' | 'gif';
export const PICTURE_FORMATS: PictureFormat[] = ['jpeg', 'png', 'webp', 'avif', 'gif'];

/** A picture whose left half is red and whose right half is blue, so that turning it is seen. */
export async function halves(options: {
  width: number;
  height: number;
  format?: PictureFormat;
  orientation?: number;
}): Promise<Buffer> {
  const { width, height, format = 'png', orientation } = options;
  const left = Math.floor(width / 2);
  const blue = { create: { width: width - left, height, channels: 3 as const, background: '#0000ff' } };
  const picture = sharp({ create: { width, height, channels: 3, background: '#ff0000' } })
    .composite([{ input: blue, left, top: 0 }])
    .toFormat(format);
  if (orientation === undefined) return await picture.toBuffer();
  return await picture
    .withMetadata({ orientation })
    .withExif({ IFD0: { Copyright: 'Ann' } })
    .toBuffer();
}

/** Red, green and blue at a place of a picture. */
export async function colorAt(bytes: Buffer, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  const at = (y * info.width + x) * info.channels;
  return [...data.subarray(at, at + 3)];
}
