import type { CategoryNode, Product } from '#catalog';
import { productPath } from '#design/parts';
import { publicPage, type RenderedForAll } from '#design/routes';
import { categoryPath } from '#design/shell';
import { useView } from '#design/view';
import { edgeProblem } from '#platform/http';
import { params } from '#platform/schema';
import { sharedAnswers } from '#shared-answers';
import { BrowsePage, type BrowsePageProps, breadcrumbData, crumbsOf } from '../browse/browse-page.tsx';
import { findProducts } from '../browse/find-products.ts';
import { findWaysOn, tagsOfList } from '../browse/find-ways-on.ts';
import { listAddress } from '../browse/links.ts';
import { AnyParams, hasShorterAddress, readAddress } from '../browse/read-address.ts';
import { findCategory, topDepartments } from '../departments.ts';
import type { StorefrontDeps } from '../deps.ts';

const STEPS = ['step1', 'step2', 'step3', 'step4', 'step5', 'step6'] as const;

/** `/c/Home/Lighting`: one segment a name, as deep as categories go. */
export function categoryRoutes({ site, search, catalog }: StorefrontDeps): void {
  for (const last of STEPS.keys()) {
    const names = STEPS.slice(0, last + 1);
    const path = `/c/${names.map(name => `:${name}`).join('/')}`;
    publicPage(
      site,
      path,
      { shared: sharedAnswers['/c/*'], query: AnyParams, params: params(...names) },
      async ({ view, query, params: steps }) => {
        const category = names.map(name => steps[name]);
        const { items: tree } = await catalog.listCategories({});
        const node = findCategory(tree, category);
        if (node === undefined) throw edgeProblem('NOT_FOUND');
        const read = readAddress({ ...query, category, q: [] }, site.currency);
        const { selection } = read;
        if (hasShorterAddress(read) && !read.wasTurned)
          return { redirect: view.to(listAddress('category', selection)) };
        const found = await findProducts({ search, catalog }, selection);
        if (selection.page > 1 && selection.page > found.pages) {
          return { redirect: view.to(listAddress('category', { ...selection, page: Math.max(found.pages, 1) })) };
        }
        const isEmpty = found.products.length === 0;
        const waysOn = isEmpty ? await findWaysOn({ search, catalog }, { view, base: 'category', selection }) : null;
        const departments = topDepartments(tree);
        return {
          body: <CategoryPage node={node} read={read} found={found} waysOn={waysOn} departments={departments} />,
          tags: tagsOfList(found.products, waysOn),
        } satisfies RenderedForAll;
      },
    );
  }
}

type CategoryPageProps = Pick<BrowsePageProps, 'read' | 'found' | 'waysOn' | 'departments'> & { node: CategoryNode };

function CategoryPage(props: CategoryPageProps) {
  const { node, ...list } = props;
  const view = useView();
  const { browse } = view.words;
  const above = crumbsOf(node.path.slice(0, -1));
  const here = { name: node.name, path: categoryPath(node.path) };
  return (
    <BrowsePage
      {...list}
      base="category"
      heading={node.name}
      crumbs={[...above, { name: node.name }]}
      description={browse.categoryDescription(view.number(node.product_count), node.path.join(' › '))}
      structured={[
        breadcrumbData(view, [...above.map(({ name, path }) => ({ name, path: path! })), here]),
        useItemList(list.found.products),
      ]}
    >
      <Subcategories node={node} />
    </BrowsePage>
  );
}

function Subcategories({ node }: { node: CategoryNode }) {
  const { words, to, number } = useView();
  const shown = node.children.filter(({ product_count }) => product_count > 0);
  if (shown.length === 0) return null;
  return (
    <nav aria-label={words.browse.subcategories(node.name)}>
      <ul class="chips subcategories">
        {shown.map(({ name, path, product_count }) => (
          <li key={name}>
            <a class="chip" href={to(categoryPath(path))}>
              {name} <small class="quiet">{number(product_count)}</small>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function useItemList(products: Product[]): object {
  const { publicUrl, to } = useView();
  return {
    '@context': 'https://schema.org',
    '@type': 'ItemList',
    itemListElement: products.map((product, index) => ({
      '@type': 'ListItem',
      position: index + 1,
      url: `${publicUrl}${to(productPath(product))}`,
    })),
  };
}
