/** The languages of the pages; the first is the one for those who ask for none of them. */
export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];

/** How the script of a language runs; the styles are written for both directions. */
export const directions: Record<Language, 'ltr' | 'rtl'> = { en: 'ltr', de: 'ltr' };

/** The language that an `Accept-Language` header wants most and that we have. */
export function preferredLanguage(header: string | undefined): Language {
  const wishes = (header ?? '').split(',').map(part => {
    const [tag = '', ...params] = part.trim().toLowerCase().split(';');
    const quality = params.map(param => /^\s*q=([\d.]+)/.exec(param)?.[1]).find(value => value !== undefined);
    return { tag: tag.split('-')[0], quality: quality === undefined ? 1 : Number(quality) };
  });
  wishes.sort((a, b) => b.quality - a.quality);
  const wanted = wishes.find(({ tag, quality }) => quality > 0 && (languages as readonly string[]).includes(tag ?? ''));
  return (wanted?.tag as Language | undefined) ?? languages[0];
}
