import { languages } from '../words/languages.ts';

/** About the person who asks, or made by them: nothing that anybody searches for. */
const PRIVATE = ['account', 'admin', 'buy-now', 'cart', 'checkout', 'login', 'logout', 'orders', 'seller', 'signup'];

/** Every mix of them would be a page of its own, without end. */
const FILTERS = [
  'attr.',
  'brand=',
  'in_stock=',
  'max=',
  'min=',
  'price_',
  'prime=',
  'rating_min=',
  'reviews=',
  'sort=',
];

export function robotsText(publicUrl: string): string {
  const places = languages.flatMap(language =>
    PRIVATE.flatMap(name => [`/${language}/${name}$`, `/${language}/${name}/`, `/${language}/${name}?`]),
  );
  const filtered = FILTERS.flatMap(name => [`/*?${name}`, `/*&${name}`]);
  return [
    'User-agent: *',
    'Allow: /',
    'Disallow: /api/',
    'Disallow: /dev/',
    ...[...places, ...filtered].map(path => `Disallow: ${path}`),
    '',
    `Sitemap: ${publicUrl}/sitemap.xml`,
    '',
  ].join('\n');
}
