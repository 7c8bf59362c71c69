import type { ComponentChildren } from 'preact';
import { languages } from '../words/languages.ts';
import { useView } from './view.tsx';

export interface DocumentProps {
  /** Of the page, without the shop's name. */
  title: string;
  description?: string;
  /** The address that search engines should know it by, without language; left out where none should. */
  canonical?: string;
  /** Bundles by file name. */
  styles: string[];
  scripts: string[];
  /** A picture for those who share the page. */
  picture?: string | undefined;
  kind?: 'website' | 'product' | 'article';
  /** Structured data for search engines, one JSON-LD object each. */
  structured?: object[];
  head?: ComponentChildren;
  children: ComponentChildren;
}

/** The page is read on while the script is fetched, and painted after it has run; Preact's types don't know it yet. */
const BEFORE_PAINT = { blocking: 'render' };

/** `<html>` and `<head>`. Scripts wait for the page, but for the one that sets the colours before anything is drawn. */
export function Document(props: DocumentProps) {
  const view = useView();
  const { shellName, full } = titlesOf(props.title, view.words.shell.shopName);
  return (
    <html lang={view.language} dir={view.direction}>
      <head>
        <meta charSet="utf-8" />
        <title>{full}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <script src={view.asset('theme.js')} async {...BEFORE_PAINT} />
        <link rel="preload" as="font" type="font/woff2" href={view.asset(TEXT_FONT)} crossOrigin="anonymous" />
        <link rel="preload" as="font" type="font/woff2" href={view.asset(TITLE_FONT)} crossOrigin="anonymous" />
        {props.styles.map(name => (
          <link key={name} rel="stylesheet" href={view.asset(name)} />
        ))}
        {props.scripts.map(name => (
          <script key={name} type="module" src={view.asset(name)} />
        ))}
        <link rel="icon" type="image/svg+xml" href={view.asset('icon.svg')} />
        <meta name="color-scheme" content="light dark" />
        <Meta {...props} full={full} shellName={shellName} />
        {props.head}
      </head>
      <body>{props.children}</body>
    </html>
  );
}

const TEXT_FONT = 'figtree-latin-wght-normal.woff2';
const TITLE_FONT = 'young-serif-latin-400-normal.woff2';

function titlesOf(title: string, shopName: string) {
  return { shellName: shopName, full: title === shopName ? title : `${title} · ${shopName}` };
}

function Meta(props: DocumentProps & { full: string; shellName: string }) {
  const { publicUrl, to, language } = useView();
  const { canonical, description, picture, structured = [], kind = 'website' } = props;
  if (canonical === undefined) return <meta name="robots" content="noindex" />;
  const address = `${publicUrl}${to(canonical)}`;
  return (
    <>
      <link rel="canonical" href={address} />
      {languages.map(other => (
        <link
          key={other}
          rel="alternate"
          hreflang={other}
          href={`${publicUrl}/${other}${canonical === '/' ? '' : canonical}`}
        />
      ))}
      {description !== undefined && <meta name="description" content={description} />}
      <meta property="og:title" content={props.title} />
      <meta property="og:type" content={kind} />
      <meta property="og:url" content={address} />
      <meta property="og:site_name" content={props.shellName} />
      <meta property="og:locale" content={language} />
      {description !== undefined && <meta property="og:description" content={description} />}
      {picture !== undefined && <meta property="og:image" content={picture} />}
      {structured.map((data, index) => (
        <script key={index} type="application/ld+json" dangerouslySetInnerHTML={{ __html: jsonText(data) }} />
      ))}
    </>
  );
}

function jsonText(data: object): string {
  return JSON.stringify(data).replaceAll('<', '\\u003c');
}
