/** An ISO media file: its first box names what it holds. */
const BOX_AT = 4;
const BRANDS_AT = 8;
const BRAND_BYTES = 4;
const BRANDS_MAX = 32;

/**
 * Whether bytes begin as one of the formats that are taken: JPEG, PNG, GIF, WebP, AVIF. Asked before the library sees
 * them, which reads much more: SVG (with links and entities), PDF, TIFF.
 */
export function isKnownFormat(bytes: Buffer): boolean {
  const begins = (text: string, at = 0) => bytes.toString('latin1', at, at + text.length) === text;
  if (begins('\xff\xd8\xff') || begins('\x89PNG\r\n\x1a\n')) return true;
  if (begins('GIF87a') || begins('GIF89a')) return true;
  if (begins('RIFF') && begins('WEBP', BRANDS_AT)) return true;
  return begins('ftyp', BOX_AT) && brandsOf(bytes).some(brand => brand === 'avif' || brand === 'avis');
}

/** The major brand and the compatible ones; the version between them is none and matches nothing. */
function brandsOf(bytes: Buffer): string[] {
  const end = Math.min(bytes.readUInt32BE(0), bytes.length, BRANDS_AT + BRANDS_MAX * BRAND_BYTES);
  const brands: string[] = [];
  for (let at = BRANDS_AT; at < end; at += BRAND_BYTES) brands.push(bytes.toString('latin1', at, at + BRAND_BYTES));
  return brands;
}
