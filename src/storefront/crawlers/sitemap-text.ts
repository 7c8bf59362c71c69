import { languages } from '../words/languages.ts';

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';
const SITEMAPS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"';

export const URLS_HEAD = `${HEAD}<urlset ${SITEMAPS} xmlns:xhtml="http://www.w3.org/1999/xhtml">\n`;
export const URLS_FOOT = '</urlset>\n';

export interface Listed {
  /** Without language. */
  path: string;
  changedAt?: string;
}

/** A page in each of its languages; each says where the others are. */
export function urlText(publicUrl: string, { path, changedAt }: Listed): string {
  const address = (language: string) => escapeXml(`${publicUrl}/${language}${path === '/' ? '' : path}`);
  const others = languages
    .map(other => `<xhtml:link rel="alternate" hreflang="${other}" href="${address(other)}"/>`)
    .join('');
  const changed = changedAt === undefined ? '' : `<lastmod>${escapeXml(changedAt)}</lastmod>`;
  return languages.map(language => `<url><loc>${address(language)}</loc>${changed}${others}</url>\n`).join('');
}

export function indexText(files: string[]): string {
  const entries = files.map(file => `<sitemap><loc>${escapeXml(file)}</loc></sitemap>\n`).join('');
  return `${HEAD}<sitemapindex ${SITEMAPS}>\n${entries}</sitemapindex>\n`;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"']/g, sign => ENTITIES[sign]!);
}
