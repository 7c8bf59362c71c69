import type { ComponentChildren } from 'preact';
import type { Product } from '#catalog';
import { LOW_UNITS_MAX } from '#inventory';
import type { Money } from '#platform/money';
import { Icon, type IconName } from './icon.tsx';
import { Picture } from './picture.tsx';
import { useView } from './view.tsx';

/** The things that pages are put together from. */

export type Tone = 'plain' | 'good' | 'careful' | 'bad';
const toneIcons: Record<Tone, IconName> = { plain: 'info', good: 'check', careful: 'warning', bad: 'warning' };

/** Something to know before going on. `isNews`: said aloud when the page comes, where it answers what was done. */
export function Notice(props: { tone?: Tone; isNews?: boolean; children: ComponentChildren }) {
  const { tone = 'plain', isNews = false, children } = props;
  const role = isNews ? (tone === 'bad' ? 'alert' : 'status') : undefined;
  return (
    <div class={`notice notice-${tone}`} role={role}>
      <Icon name={toneIcons[tone]} />
      <div>{children}</div>
    </div>
  );
}

export function Badge({ tone = 'plain', children }: { tone?: Tone | 'door'; children: ComponentChildren }) {
  return <span class={`badge badge-${tone}`}>{children}</span>;
}

/** Where a list or a cart has nothing: what it is, and ways on. `isPage`: there is nothing else on the page. */
export function Empty(props: { icon: IconName; title: string; isPage?: boolean; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <Icon name={props.icon} />
      {props.isPage ? <h1>{props.title}</h1> : <h2>{props.title}</h2>}
      {props.children}
    </div>
  );
}

export function Panel(props: { title?: string; id?: string; children: ComponentChildren }) {
  const { title, id, children } = props;
  return (
    <section class="panel" id={id} aria-label={title}>
      {title !== undefined && <h2>{title}</h2>}
      {children}
    </section>
  );
}

export function Section(props: { title: string; aside?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section class="section" aria-label={props.title}>
      <div class="section-head">
        <h2>{props.title}</h2>
        {props.aside}
      </div>
      {props.children}
    </section>
  );
}

export function Price({ value }: { value: Money }) {
  return <span class="price">{useView().money(value)}</span>;
}

/** Five stars, filled up to the rating by halves; one element each, drawn by the style, since a list shows dozens. */
export function Stars({ rating, count }: { rating: number; count?: number }) {
  const { words, number } = useView();
  const halves = Math.round(rating * 2);
  return (
    <span class="stars">
      <span class={`stars-row stars-${halves}`} role="img" aria-label={words.things.stars(number(rating))} />
      {count !== undefined && <span class="quiet">({number(count)})</span>}
    </span>
  );
}

/** What is in stock, in words: a count only where the page knows one. */
export function StockBadge({ product }: { product: Pick<Product, 'in_stock' | 'available'> }) {
  const { things } = useView().words;
  if (!product.in_stock) return <Badge tone="bad">{things.soldOut}</Badge>;
  const { available } = product;
  if (available !== null && available <= LOW_UNITS_MAX)
    return <Badge tone="careful">{things.lowStock(available)}</Badge>;
  return <Badge tone="good">{things.inStock}</Badge>;
}

/** The stock in words that stay true until its level changes: for pages that are kept until then. */
export function StockLevel({ available }: { available: number }) {
  const { things } = useView().words;
  if (available === 0) return <Badge tone="bad">{things.soldOut}</Badge>;
  if (available <= LOW_UNITS_MAX) return <Badge tone="careful">{things.fewLeft}</Badge>;
  return <Badge tone="good">{things.inStock}</Badge>;
}

/** The address of a product's page, without language. The words in it are for people; the id decides. */
export function productPath({ product_id, title }: Pick<Product, 'product_id' | 'title'>): string {
  const slug = slugOf(title);
  // There a review is written: a product of that name goes without words.
  return `/p/${product_id}/${slug === 'review' ? '-' : slug}`;
}

function slugOf(title: string): string {
  const plain = title.normalize('NFKD').toLowerCase();
  const words = plain.replaceAll(/[\u0300-\u036f]/g, '').match(/[\p{L}\p{N}]+/gu) ?? [];
  // By characters: half of one can't stand in an address.
  const slug = [...words.slice(0, 8).join('-')].slice(0, 80).join('');
  return encodeURIComponent(slug) || '-';
}

type ProductTitle = (product: Product) => ComponentChildren;

function ProductCard(props: { product: Product; isFirst?: boolean; title?: ProductTitle | undefined }) {
  const { product, isFirst = false, title } = props;
  const { words, to } = useView();
  const { things } = words;
  return (
    <article class="product-card">
      <Picture url={product.images[0]} alt="" sizes="(width < 48rem) 46vw, 15rem" isFirst={isFirst} />
      <div class="product-card-text">
        <h3>
          <a href={to(productPath(product))}>
            <span>{title === undefined ? product.title : title(product)}</span>
          </a>
        </h3>
        {product.review_count > 0 && <Stars rating={product.rating} count={product.review_count} />}
        <Price value={product.price} />
        {(product.prime || !product.in_stock) && (
          <div class="button-row">
            {product.prime && <Badge tone="door">{things.prime}</Badge>}
            {!product.in_stock && <Badge tone="bad">{things.soldOut}</Badge>}
          </div>
        )}
      </div>
    </article>
  );
}

/**
 * `first`: how many are seen without scrolling, whose pictures are wanted at once. `title` is another way to show the
 * titles.
 */
export function ProductGrid(props: { products: Product[]; first?: number; title?: ProductTitle }) {
  const { products, first = 4, title } = props;
  return (
    <ul class="grid">
      {products.map((product, index) => (
        <li key={product.product_id}>
          <ProductCard product={product} isFirst={index < first} title={title} />
        </li>
      ))}
    </ul>
  );
}

/** One row of products; on a phone it is swiped. */
export function ProductShelf({ products }: { products: Product[] }) {
  return (
    <ul class="shelf">
      {products.map(product => (
        <li key={product.product_id}>
          <ProductCard product={product} />
        </li>
      ))}
    </ul>
  );
}

export interface Crumb {
  name: string;
  /** Left out for the page itself, the last one. */
  path?: string;
}

export function Breadcrumbs({ crumbs }: { crumbs: Crumb[] }) {
  const { words, to } = useView();
  return (
    <nav class="crumbs" aria-label={words.shell.breadcrumbs}>
      <ol>
        <li>
          <a href={to('/')}>{words.shell.home}</a>
        </li>
        {crumbs.map(({ name, path }) => (
          <li key={`${name} ${path}`}>
            {path === undefined ? <span aria-current="page">{name}</span> : <a href={to(path)}>{name}</a>}
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** Links to the pages of a list. `href` makes the whole address of a page, language included. */
export function Pagination(props: { page: number; pages: number; href(page: number): string }) {
  const { page, pages, href } = props;
  const { words, number } = useView();
  const { things } = words;
  if (pages <= 1) return null;
  return (
    <nav class="pages" aria-label={things.pagination}>
      <ul>
        {page > 1 && (
          <li>
            <a href={href(page - 1)} rel="prev">
              {things.previousPage}
            </a>
          </li>
        )}
        {pagesShown(page, pages).map((shown, index, all) => (
          <li key={shown}>
            {index > 0 && shown - all[index - 1]! > 1 && <span aria-hidden="true">…</span>}
            {shown === page ? (
              <a href={href(shown)} aria-current="page" aria-label={things.page(number(shown))}>
                {number(shown)}
              </a>
            ) : (
              <a href={href(shown)} aria-label={things.page(number(shown))}>
                {number(shown)}
              </a>
            )}
          </li>
        ))}
        {page < pages && (
          <li>
            <a href={href(page + 1)} rel="next">
              {things.nextPage}
            </a>
          </li>
        )}
      </ul>
    </nav>
  );
}

/** The first, the last, and those around the present one. */
function pagesShown(page: number, pages: number): number[] {
  const wanted = [1, page - 1, page, page + 1, pages];
  return [...new Set(wanted)].filter(shown => shown >= 1 && shown <= pages).sort((a, b) => a - b);
}

export interface Step {
  title: string;
  at?: string | null;
  text?: ComponentChildren;
  isDone: boolean;
}

/** What has happened and what is still to come, in order. */
export function Timeline({ steps }: { steps: Step[] }) {
  const view = useView();
  return (
    <ol class="timeline">
      {steps.map(({ title, at, text, isDone }) => (
        <li key={`${title} ${at}`} class={isDone ? 'timeline-done' : undefined}>
          <strong>{title}</strong>
          {at !== undefined && at !== null && (
            <div class="quiet">
              <Time at={at} />
            </div>
          )}
          {text !== undefined && <div>{text}</div>}
        </li>
      ))}
    </ol>
  );
  function Time({ at }: { at: string }) {
    return <time dateTime={at}>{view.dateTime(at)}</time>;
  }
}

/** Term and description in two columns. */
export function Facts({ facts }: { facts: [string, ComponentChildren][] }) {
  return (
    <dl class="facts">
      {facts.map(([term, description]) => (
        <>
          <dt>{term}</dt>
          <dd>{description}</dd>
        </>
      ))}
    </dl>
  );
}

export interface Column<Row> {
  title: string;
  isNumber?: boolean;
  cell(row: Row): ComponentChildren;
}

/** A table that scrolls sideways on a phone; the first column names its row. */
export function Table<Row>(props: {
  caption: string;
  columns: Column<Row>[];
  rows: Row[];
  keyOf(row: Row): string;
  /** What stands in the place of no rows. */
  empty?: ComponentChildren;
}) {
  const { caption, columns, rows, keyOf, empty } = props;
  if (rows.length === 0 && empty !== undefined) return <>{empty}</>;
  const [first, ...rest] = columns;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard.
    <div class="table-frame" tabIndex={0}>
      <table>
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ title, isNumber }) => (
              <th key={title} scope="col" class={isNumber ? 'number' : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(row => (
            <tr key={keyOf(row)}>
              <th scope="row">{first!.cell(row)}</th>
              {rest.map(({ title, isNumber, cell }) => (
                <td key={title} class={isNumber ? 'number' : undefined}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
