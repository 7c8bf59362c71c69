import type { ComponentChildren } from 'preact';
import type { CategoryNode, Product } from '#catalog';
import { Button, LinkButton } from '#design/forms';
import { Icon } from '#design/icon';
import { Breadcrumbs, type Crumb, Empty, Pagination, ProductGrid } from '#design/parts';
import { categoryPath, Shell, type ShellProps } from '#design/shell';
import { useView, type View } from '#design/view';
import { minorDigits } from '#platform/money';
import { Chips } from './chips.tsx';
import { Facets } from './facets.tsx';
import type { FoundProducts } from './find-products.ts';
import { type ListRoot, listAddress } from './links.ts';
import { Notes } from './notes.tsx';
import { isFiltered, paramsOf, type ReadSelection, type Selection, sorts, withoutFilters } from './selection.ts';

export interface BrowsePageProps {
  base: ListRoot;
  read: ReadSelection;
  found: FoundProducts;
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
  const { base, read, found, departments, heading, crumbs } = props;
  const { browse } = useView().words;
  const { selection, unreadable } = read;
  const { facets, products } = found;
  return (
    <Shell {...aboutPage(props)} query={selection.q} departments={departments}>
      <Breadcrumbs crumbs={crumbs} />
      <div class="browse" data-island="browse">
        <div data-part="head">
          <h1>{heading}</h1>
          <Notes base={base} read={read} query={found.query} />
          {props.children}
        </div>
        <FilterForm base={base} selection={selection} total={found.total}>
          <Facets base={base} selection={selection} facets={facets} typed={unreadable} />
        </FilterForm>
        <section class="browse-list" aria-label={browse.resultsTitle}>
          <Toolbar selection={selection} total={found.total} />
          <div data-part="results" class="browse-results" tabIndex={-1}>
            <Chips base={base} selection={selection} />
            {products.length === 0 ? (
              <Nothing base={base} selection={selection} departments={departments} />
            ) : (
              <Products base={base} selection={selection} products={products} pages={found.pages} />
            )}
          </div>
        </section>
      </div>
    </Shell>
  );
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

function Toolbar({ selection, total }: { selection: Selection; total: number }) {
  const { words, number } = useView();
  const { browse } = words;
  return (
    <div class="browse-bar">
      <button type="button" class="button button-secondary filters-open" popovertarget="filters">
        <Icon name="filter" />
        <span data-part="chosen">{browse.filtersOf(countChosen(selection))}</span>
      </button>
      <p class="browse-count" role="status" data-part="count">
        {browse.results(total, number(total))}
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

function Products(props: { base: ListRoot; selection: Selection; products: Product[]; pages: number }) {
  const { base, selection, products, pages } = props;
  const view = useView();
  return (
    <>
      <h2 class="hidden">{view.words.browse.listTitle}</h2>
      <ProductGrid products={products} first={SEEN_FIRST} />
      <Pagination
        page={selection.page}
        pages={pages}
        href={page => view.to(listAddress(base, { ...selection, page }))}
      />
    </>
  );
}

/** Nothing fits: why that may be, and ways on. */
function Nothing(props: { base: ListRoot; selection: Selection; departments: CategoryNode[] }) {
  const { base, selection, departments } = props;
  const { words, to } = useView();
  const { browse } = words;
  const filtered = isFiltered(selection);
  return (
    <Empty icon="search" title={browse.emptyTitle(selection.q)}>
      <p>{filtered ? browse.emptyFiltered : base === 'category' ? browse.emptyCategory : browse.emptyUnfiltered}</p>
      {filtered && (
        <LinkButton href={to(listAddress(base, withoutFilters(selection)))}>{browse.withoutFilters}</LinkButton>
      )}
      <ul class="chips chips-middle">
        {departments.map(({ name, path }) => (
          <li key={name}>
            <a class="chip" href={to(categoryPath(path))}>
              {name}
            </a>
          </li>
        ))}
      </ul>
    </Empty>
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
