import { type Language, languages } from '../words/languages.ts';
import { Document, type DocumentProps } from './document.tsx';
import { Icon } from './icon.tsx';
import { useView } from './view.tsx';

export interface ShellProps extends Omit<DocumentProps, 'styles' | 'scripts'> {
  /** What stands in the search box. */
  query?: string;
  /** Departments of the catalogue, for the menu. */
  departments?: { name: string; path: string[] }[];
  /** `wide` pages use the whole width; `narrow` ones are forms and letters. */
  width?: 'normal' | 'wide' | 'narrow';
  /** More places of the page that the keyboard can go to at once. */
  skips?: { to: string; label: string }[];
  /** More bundles than every page of the shop has. */
  moreScripts?: string[];
}

/**
 * The frame of the shop's pages. It is the same for everybody: the person's name and the cart's count are put in by an
 * island, from the one private fragment.
 */
export function Shell(props: ShellProps) {
  const { children, query, departments, width = 'normal', skips = [], moreScripts = [], ...page } = props;
  const { words } = useView();
  return (
    <Document {...page} styles={['shop.css']} scripts={['shop.js', ...moreScripts]}>
      <a class="skip" href="#content">
        {words.shell.skipToContent}
      </a>
      {skips.map(({ to, label }) => (
        <a key={to} class="skip" href={to}>
          {label}
        </a>
      ))}
      <Header query={query} departments={departments} />
      <main id="content" class={`content content-${width}`} tabIndex={-1}>
        {children}
      </main>
      <Footer />
      <output class="toast" id="toast" aria-live="polite" />
    </Document>
  );
}

function Header({ query, departments = [] }: Pick<ShellProps, 'query' | 'departments'>) {
  const { words, to } = useView();
  const { shell } = words;
  return (
    <header class="top">
      <div class="top-row">
        <a class="logo" href={to('/')}>
          <Icon name="door" />
          <span>{shell.shopName}</span>
        </a>
        <SearchBox query={query} />
        <nav class="top-links" aria-label={shell.account}>
          <a href={to('/account')} data-me="account">
            <Icon name="person" />
            <span data-me="name">{shell.account}</span>
          </a>
          <a href={to('/cart')} data-me="cart">
            <Icon name="cart" />
            <span>{shell.cart}</span>
            <b class="count" data-me="count" hidden />
            <span class="hidden" data-me="count-more" />
          </a>
        </nav>
      </div>
      {departments.length > 0 && (
        <nav class="departments" aria-label={shell.departments}>
          <ul>
            {departments.map(({ name, path }) => (
              <li key={name}>
                <a href={to(categoryPath(path))}>{name}</a>
              </li>
            ))}
          </ul>
        </nav>
      )}
    </header>
  );
}

/** The address of a category's page, without language: one segment a name. */
export function categoryPath(path: string[]): string {
  return `/c/${path.map(encodeURIComponent).join('/')}`;
}

function SearchBox({ query = '' }: { query?: string | undefined }) {
  const { words, to } = useView();
  return (
    <search class="search-box">
      <form action={to('/search')} method="get" data-island="search">
        <label class="hidden" for="q">
          {words.shell.searchLabel}
        </label>
        <input
          id="q"
          name="q"
          type="search"
          value={query}
          placeholder={words.shell.searchPlaceholder}
          autocomplete="off"
          maxLength={200}
        />
        <button type="submit" class="button-plain" aria-label={words.shell.searchButton}>
          <Icon name="search" />
        </button>
      </form>
    </search>
  );
}

function Footer() {
  const { words, to, isProduction } = useView();
  const { shell } = words;
  return (
    <footer class="bottom">
      <div class="bottom-row">
        <div>
          <p class="bottom-name">{shell.shopName}</p>
          <p>{shell.slogan}</p>
          {!isProduction && <p class="quiet">{shell.sandboxNote}</p>}
        </div>
        <nav aria-label={shell.footerShop}>
          <p class="bottom-title">{shell.footerShop}</p>
          <ul>
            <li>
              <a href={to('/search')}>{shell.departments}</a>
            </li>
            <li>
              <a href={to('/orders')}>{shell.orders}</a>
            </li>
            <li>
              <a href={to('/account')}>{shell.account}</a>
            </li>
          </ul>
        </nav>
        <nav aria-label={shell.footerAbout}>
          <p class="bottom-title">{shell.footerAbout}</p>
          <ul>
            <li>
              <a href="/docs">{shell.apiReader}</a>
            </li>
            {!isProduction && (
              <>
                <li>
                  <a href="/dev/mail">{shell.mailbox}</a>
                </li>
                <li>
                  <a href="/dev/design">{shell.designPage}</a>
                </li>
              </>
            )}
          </ul>
        </nav>
        <Choices />
      </div>
    </footer>
  );
}

const languageNames: Record<Language, string> = { en: 'English', de: 'Deutsch' };

/** Language (another address of the same page) and colours (set in the browser, kept there). */
export function Choices() {
  const { words, address, language } = useView();
  const { shell } = words;
  const themes = { auto: shell.themeAuto, light: shell.themeLight, dark: shell.themeDark };
  return (
    <div class="choices">
      <nav aria-label={shell.language}>
        <ul class="choice-row">
          {languages.map(other => (
            <li key={other}>
              <a
                href={`/${other}${address === '/' ? '' : address}`}
                lang={other}
                hreflang={other}
                aria-current={other === language ? 'true' : undefined}
              >
                {languageNames[other]}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <fieldset class="choice-row" data-island="theme" hidden>
        <legend class="hidden">{shell.theme}</legend>
        {Object.entries(themes).map(([name, label]) => (
          <label key={name} class="choice">
            <input type="radio" name="theme" value={name} class="hidden" />
            <span>{label}</span>
          </label>
        ))}
      </fieldset>
    </div>
  );
}
