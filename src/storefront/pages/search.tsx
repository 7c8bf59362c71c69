import type { Crumb } from '#design/parts';
import { publicPage, type RenderedForAll } from '#design/routes';
import { useView } from '#design/view';
import { sharedAnswers } from '#shared-answers';
import { BrowsePage, type BrowsePageProps } from '../browse/browse-page.tsx';
import { findProducts } from '../browse/find-products.ts';
import { findWaysOn, tagsOfList } from '../browse/find-ways-on.ts';
import { listAddress } from '../browse/links.ts';
import { AnyParams, hasShorterAddress, readAddress } from '../browse/read-address.ts';
import type { Selection } from '../browse/selection.ts';
import { listDepartments } from '../departments.ts';
import type { StorefrontDeps } from '../deps.ts';

export function searchRoutes({ site, search, catalog }: StorefrontDeps): void {
  publicPage(site, '/search', { shared: sharedAnswers['/search'], query: AnyParams }, async ({ view, query }) => {
    const read = readAddress(query, site.currency);
    const { selection } = read;
    if (hasShorterAddress(read) && !read.wasTurned) return { redirect: view.to(listAddress('search', selection)) };
    const [found, departments] = await Promise.all([
      findProducts({ search, catalog }, selection),
      listDepartments(catalog),
    ]);
    if (selection.page > 1 && selection.page > found.pages) {
      return { redirect: view.to(listAddress('search', { ...selection, page: Math.max(found.pages, 1) })) };
    }
    const isEmpty = found.products.length === 0;
    const waysOn = isEmpty ? await findWaysOn({ search, catalog }, { view, base: 'search', selection }) : null;
    return {
      body: <SearchPage read={read} found={found} waysOn={waysOn} departments={departments} />,
      tags: tagsOfList(found.products, waysOn),
    } satisfies RenderedForAll;
  });
}

function SearchPage(props: Pick<BrowsePageProps, 'read' | 'found' | 'waysOn' | 'departments'>) {
  const { words } = useView();
  const { browse } = words;
  const { selection } = props.read;
  return (
    <BrowsePage
      {...props}
      base="search"
      heading={useHeading(selection)}
      crumbs={useCrumbs(selection)}
      description={selection.q === '' ? browse.allDescription : browse.searchDescription(selection.q)}
    />
  );
}

function useHeading({ q, category }: Selection): string {
  const { browse } = useView().words;
  const name = category.at(-1);
  if (q === '') return name ?? browse.allProducts;
  return name === undefined ? browse.resultsFor(q) : browse.resultsIn(q, name);
}

/** Up the category within the search. */
function useCrumbs({ q, category }: Selection): Crumb[] {
  const { browse } = useView().words;
  const to = (depth: number) => {
    const params = new URLSearchParams(category.slice(0, depth).map(name => ['category', name]));
    return `/search?${new URLSearchParams([...(q === '' ? [] : [['q', q]]), ...params])}`;
  };
  const steps = [browse.searchCrumb, ...category];
  return steps.map((name, depth) => (depth === steps.length - 1 ? { name } : { name, path: to(depth) }));
}
