/** Where a picture is and how large, for `<picture>` and `<img>`: `avif` and `webp` are values of `srcset`. */
export interface PictureSources {
  src: string;
  width: number;
  height: number;
  avif: string | null;
  webp: string | null;
}

export interface PictureSize {
  width: number;
  height: number;
}

/** From a thumbnail to a product's gallery on a screen of double density. */
const WIDTHS = [160, 320, 640, 960, 1600];
const WIDTH_MAX = 1600;
/** Twice as high as wide is still a picture of a product; what is longer becomes narrower. */
const HEIGHT_MAX = 3200;

const FOLDER = '/images/products/';
const OURS = /^(\/images\/products\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-)([1-9]\d{0,3})x([1-9]\d{0,3})\.webp$/;
const DRAWN = /^\/images\/demo\//;
const DRAWN_SIZE: PictureSize = { width: 600, height: 600 };
/** Nobody knows it before a foreign picture is there: a square keeps its place. */
const UNKNOWN_SIZE: PictureSize = { width: 800, height: 800 };

/** The largest size that is made of a picture: never larger than the picture itself. */
export function largestSize({ width, height }: PictureSize): PictureSize {
  return shrunk({ width, height }, Math.min(1, WIDTH_MAX / width, HEIGHT_MAX / height));
}

/** The sizes that are made of a picture, from the smallest to `largest`, which says them all. */
export function sizesBelow(largest: PictureSize): PictureSize[] {
  const smaller = WIDTHS.filter(width => width < largest.width);
  return [...smaller.map(width => shrunk(largest, width / largest.width)), largest];
}

function shrunk({ width, height }: PictureSize, factor: number): PictureSize {
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

export function fileOf({ width, height }: PictureSize, extension: 'avif' | 'webp'): string {
  return `${width}x${height}.${extension}`;
}

/** The address of a picture is that of its largest WebP, so that its size is known wherever the address is. */
export function pictureUrl(pictureId: string, largest: PictureSize): string {
  return `${FOLDER}${pictureId}-${fileOf(largest, 'webp')}`;
}

/** What a page needs to show a product's picture, from its address alone. */
export function pictureSources(url: string): PictureSources {
  const [, stem, width, height] = OURS.exec(url) ?? [];
  if (stem === undefined) return { src: url, ...(DRAWN.test(url) ? DRAWN_SIZE : UNKNOWN_SIZE), avif: null, webp: null };
  const largest = { width: Number(width), height: Number(height) };
  const sizes = sizesBelow(largest);
  const sourceSet = (extension: 'avif' | 'webp') =>
    sizes.map(size => `${stem}${fileOf(size, extension)} ${size.width}w`).join(', ');
  return { src: url, ...largest, avif: sourceSet('avif'), webp: sourceSet('webp') };
}
