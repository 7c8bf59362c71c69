import type { ComponentChildren } from 'preact';
import type { CategoryNode, Product } from '#catalog';
import { Button } from '#design/forms';
import { Icon } from '#design/icon';
import { Breadcrumbs, type Crumb, Pagination, ProductGrid } from '#design/parts';
import { categoryPath, Shell, type ShellProps } from '#design/shell';
import { useView, type View } from '#design/view';
import { minorDigits } from '#platform/money';
import { Chips } from './chips.tsx';
import { Facets } from './facets.tsx';
import type { FoundProducts } from './find-products.ts';
import type { WaysOn } from './find-ways-on.ts';
import { type ListRoot, listAddress } from './links.ts';
import { Marked } from './marked.tsx';
import { Notes } from './notes.tsx';
import { Nothing } from './nothing.tsx';
import { paramsOf, type ReadSelection, type Selection, sorts, withoutFilters } from './selection.ts';

export interface BrowsePageProps {
  base: ListRoot;
  read: ReadSelection;
  found: FoundProducts;
  /** Null where there are products. */
  waysOn: WaysOn | null;
  departments: CategoryNode[];
  heading: string;
  crumbs: Crumb[];
  description: string;
  structured?: object[];
  /** What a kind of list has of its own, above its filters. */
  children?: ComponentChildren;
}

/**
 * A list of products with its filters: the same for search and for categories. The parts marked `data-part` are what an
 * island replaces when a filter changes; without it the form is sent and its links are followed.
 */
export function BrowsePage(props: BrowsePageProps) {
  const { base, read, found, departments, heading, crumbs, waysOn } = props;
  const { browse } = useView().words;
  const { selection, unreadable } = read;
  const skips = [{ to: '#results', label: browse.skipToResults }];
  return (
    <Shell {...aboutPage(props)} query={selection.q} departments={departments} skips={skips}>
      <div data-island="browse" data-found={howFound(found)}>
        <div data-part="crumbs">
          <Breadcrumbs crumbs={crumbs} />
        </div>
        <div class="browse">
          <div data-part="head">
            <h1>{heading}</h1>
            <Notes base={base} read={read} query={found.query} />
            {props.children}
          </div>
          <FilterForm base={base} selection={selection} total={found.total}>
            <Facets base={base} selection={selection} facets={found.facets} typed={unreadable} />
          </FilterForm>
          <section class="browse-list" aria-label={browse.resultsTitle}>
            <Toolbar selection={selection} found={found} />
            <div id="results" data-part="results" class="browse-results" tabIndex={-1}>
              <Chips base={base} selection={selection} />
              {waysOn === null ? (
                <Products base={base} selection={selection} found={found} />
              ) : (
                <Nothing base={base} selection={selection} departments={departments} waysOn={waysOn} />
              )}
            </div>
          </section>
        </div>
      </div>
    </Shell>
  );
}

/** Whether the words were found as they were written: who is still typing them may be shown this at once. */
function howFound({ products, query }: FoundProducts): 'as-written' | 'otherwise' | 'nothing' {
  if (products.length === 0) return 'nothing';
  return query.corrected === null && !query.relaxed ? 'as-written' : 'otherwise';
}

/** The words that were looked for in the end. */
function wordsOf({ query }: FoundProducts): string {
  return query.corrected ?? query.text;
}

/** Search engines are shown words and categories; what is filtered, sorted or paged is for people alone. */
function aboutPage(props: BrowsePageProps): Pick<ShellProps, 'title' | 'description' | 'canonical' | 'structured'> {
  const { base, read, found, heading, description, structured } = props;
  const { selection } = read;
  const known = withoutFilters(selection);
  const isKnown = paramsOf(selection).toString() === paramsOf(known).toString() && found.products.length > 0;
  const { title, description: about } = { title: heading, description };
  if (!isKnown) return { title };
  return { title, description: about, canonical: listAddress(base, known), ...(structured && { structured }) };
}

function FilterForm(props: { base: ListRoot; selection: Selection; total: number; children: ComponentChildren }) {
  const { base, selection, total, children } = props;
  const { words, to, number, currency } = useView();
  const { browse } = words;
  const action = to(base === 'category' ? categoryPath(selection.category) : '/search');
  return (
    <aside id="filters" class="filters" popover="auto" aria-label={browse.filters}>
      <form id="filter-form" action={action} method="get" autocomplete="off" data-digits={minorDigits(currency)}>
        <div class="filters-head">
          <h2>{browse.filters}</h2>
          <button
            type="button"
            class="button-plain filters-close"
            popovertarget="filters"
            popovertargetaction="hide"
            aria-label={browse.closeFilters}
          >
            <Icon name="cross" />
          </button>
        </div>
        <div data-part="filters">
          {base === 'search' && (
            <>
              {selection.q !== '' && <input type="hidden" name="q" value={selection.q} />}
              {selection.category.map(name => (
                <input key={name} type="hidden" name="category" value={name} />
              ))}
            </>
          )}
          {children}
        </div>
        <div class="filters-foot" data-part="foot">
          <Button>{total === 0 ? browse.apply : browse.show(total, number(total))}</Button>
        </div>
      </form>
    </aside>
  );
}

function Toolbar({ selection, found }: { selection: Selection; found: FoundProducts }) {
  const { words, number } = useView();
  const { browse } = words;
  const { total } = found;
  return (
    <div class="browse-bar">
      <button type="button" class="button button-secondary filters-open" popovertarget="filters">
        <Icon name="filter" />
        <span data-part="chosen">{browse.filtersOf(countChosen(selection))}</span>
      </button>
      <p class="browse-count" role="status" data-part="count">
        <span>{browse.results(total, number(total))}</span>
        {selection.q !== '' && <span class="hidden"> {browse.forWords(wordsOf(found))}</span>}
      </p>
      <div class="browse-sort">
        <label for="sort">{browse.sort}</label>
        <select id="sort" class="input" name="sort" form="filter-form">
          {sorts.map(sort => (
            <option key={sort} value={sort} selected={sort === selection.sort}>
              {sort === 'relevance' && selection.q === '' ? browse.recommended : browse.sorts[sort]}
            </option>
          ))}
        </select>
      </div>
      <button type="submit" form="filter-form" class="button button-secondary button-small browse-sort-go">
        {browse.sortGo}
      </button>
    </div>
  );
}

function countChosen(selection: Selection): number {
  return paramsOf({ ...selection, q: '', category: [], sort: 'relevance', page: 1 }).size;
}

/** The first pictures of a list that are seen without scrolling. */
const SEEN_FIRST = 4;

function Products(props: { base: ListRoot; selection: Selection; found: FoundProducts }) {
  const { base, selection, found } = props;
  const view = useView();
  const query = wordsOf(found);
  const title = ({ title: text }: Product) => <Marked text={text} query={query} />;
  return (
    <>
      <h2 class="hidden">{view.words.browse.listTitle}</h2>
      <ProductGrid products={found.products} first={SEEN_FIRST} title={title} />
      <Pagination
        page={selection.page}
        pages={found.pages}
        href={page => view.to(listAddress(base, { ...selection, page }))}
      />
    </>
  );
}

export function crumbsOf(path: string[]): Crumb[] {
  return path.map((name, depth) => ({ name, path: categoryPath(path.slice(0, depth + 1)) }));
}

/** Where a page stands, for search engines. The last step is the page itself. */
export function breadcrumbData({ publicUrl, to, words }: View, crumbs: { name: string; path: string }[]): object {
  const steps = [{ name: words.shell.home, path: '/' }, ...crumbs];
  return {
    '@context': 'https://schema.org',
    '@type': 'BreadcrumbList',
    itemListElement: steps.map(({ name, path }, index) => ({
      '@type': 'ListItem',
      position: index + 1,
      name,
      item: `${publicUrl}${to(path)}`,
    })),
  };
}
