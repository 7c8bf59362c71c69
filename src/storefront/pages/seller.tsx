import { Type } from 'typebox';
import type { ListedSeller, Product } from '#catalog';
import { Empty, Pagination, ProductGrid } from '#design/parts';
import { publicPage } from '#design/routes';
import { Shell } from '#design/shell';
import { useView } from '#design/view';
import { limits } from '#limits';
import { edgeProblem } from '#platform/http';
import { params } from '#platform/schema';
import { sharedAnswers } from '#shared-answers';
import { listDepartments } from '../departments.ts';
import type { StorefrontDeps } from '../deps.ts';
import { withStock } from '../with-stock.ts';

const SHOWN = 24;
const PAGES_MAX = Math.floor(limits.listedRowsMax / SHOWN);
const Query = Type.Object({ page: Type.Integer({ minimum: 1, maximum: PAGES_MAX, default: 1 }) });

/** Everything that one seller sells, the best rated first. */
export function sellerRoutes({ site, catalog, inventory }: StorefrontDeps): void {
  const options = { shared: sharedAnswers['/sellers/:seller_id'], params: params('seller_id'), query: Query };
  publicPage(site, '/sellers/:seller_id', options, async ({ view, params: { seller_id }, query: { page } }) => {
    const [seller, listed, departments] = await Promise.all([
      catalog.getSeller({ seller_id }),
      catalog.listProducts({ seller_id, sort: 'rating', page, page_size: SHOWN }),
      listDepartments(catalog),
    ]);
    if (seller === null || !listed.ok) throw edgeProblem('NOT_FOUND');
    const { items, total } = listed.value;
    if (page > 1 && items.length === 0) return { redirect: view.to(`/sellers/${seller_id}`) };
    const products = await withStock(inventory, items);
    const pages = Math.min(Math.ceil(total / SHOWN), PAGES_MAX);
    return {
      body: <SellerPage {...{ seller, products, page, pages, departments }} />,
      tags: products.map(product => `product:${product.product_id}`),
    };
  });
}

interface SellerPageProps {
  seller: ListedSeller;
  products: Product[];
  page: number;
  pages: number;
  departments: { name: string; path: string[] }[];
}

function SellerPage({ seller, products, page, pages, departments }: SellerPageProps) {
  const { words, to, number } = useView();
  const { sellerProducts, oneProduct, sellerDescription, sellerEmptyTitle, sellerEmptyText } = words.product;
  const { name, product_count: count } = seller;
  const path = (other: number) => `/sellers/${seller.seller_id}${other > 1 ? `?page=${other}` : ''}`;
  return (
    <Shell title={name} description={sellerDescription(name)} canonical={path(page)} departments={departments}>
      <h1>{name}</h1>
      {products.length === 0 ? (
        <Empty icon="seller" title={sellerEmptyTitle}>
          <p>{sellerEmptyText}</p>
        </Empty>
      ) : (
        <>
          <p class="quiet">{count === 1 ? oneProduct : sellerProducts(number(count))}</p>
          <h2 class="hidden">{words.product.productsOf(name)}</h2>
          <ProductGrid products={products} />
          <Pagination page={page} pages={pages} href={other => to(path(other))} />
        </>
      )}
    </Shell>
  );
}
