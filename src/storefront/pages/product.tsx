import { Type } from 'typebox';
import { type CatalogProduct, type Product, ReviewSort } from '#catalog';
import { Breadcrumbs, ProductShelf, productPath, Section } from '#design/parts';
import { thumbnailAddress } from '#design/picture';
import { publicPage, type Redirect, type RenderedForAll } from '#design/routes';
import { Shell } from '#design/shell';
import { useView, type View } from '#design/view';
import { sharedAnswers } from '#shared-answers';
import { breadcrumbData, crumbsOf } from '../browse/browse-page.tsx';
import { listDepartments } from '../departments.ts';
import type { StorefrontDeps } from '../deps.ts';
import { withStock } from '../with-stock.ts';
import { BuyBox, type BuyBoxProps, ProductHead } from './product-buy-box.tsx';
import { ProductFacts } from './product-facts.tsx';
import { Gallery } from './product-gallery.tsx';
import { productGone } from './product-gone.tsx';
import { REVIEWS_SHOWN, Reviews, type ReviewsProps } from './product-reviews.tsx';
import { absolute, productData } from './product-structured.ts';

const RELATED = 6;
const DESCRIPTION_LENGTH = 160;

const Params = Type.Object({ product_id: Type.String(), slug: Type.Optional(Type.String()) });
/** Which reviews are shown. */
const Query = Type.Object({
  reviews: Type.Integer({ minimum: 1, maximum: 10_000, default: 1 }),
  sort: Type.Unsafe<ReviewsProps['sort']>({ ...ReviewSort, default: 'newest' }),
});

type Deps = Pick<StorefrontDeps, 'catalog' | 'inventory' | 'orders' | 'clock'>;

export function productRoutes(deps: StorefrontDeps): void {
  for (const path of ['/p/:product_id', '/p/:product_id/:slug']) {
    publicPage(
      deps.site,
      path,
      { shared: sharedAnswers['/p/:product_id'], params: Params, query: Query },
      async ({ view, params, query }) => {
        const [product] = await deps.catalog.getProducts({ product_ids: [params.product_id] });
        if (product === undefined || product.deleted) return productGone(deps.catalog, product);
        // The words in the address are for people: other words, or none, lead to the right ones.
        const rightPath = productPath(product);
        const [shown, search] = view.address.split('?');
        if (shown !== rightPath) {
          return { redirect: view.to(`${rightPath}${search === undefined ? '' : `?${search}`}`), status: 301 };
        }
        return showProduct(deps, view, product, { page: query.reviews, sort: query.sort });
      },
    );
  }
}

async function showProduct(
  deps: Deps,
  view: View,
  product: CatalogProduct,
  { page, sort }: Pick<ReviewsProps, 'page' | 'sort'>,
): Promise<RenderedForAll | Redirect> {
  const { catalog, inventory, orders, clock } = deps;
  const { product_id } = product;
  const [stock, offers, summary, reviews, related, departments] = await Promise.all([
    inventory.getAvailability({ product_ids: [product_id] }),
    orders.quoteShipping({ goods: product.price.amount }),
    catalog.getReviewSummary({ product_id }),
    catalog.listReviews({ product_id, sort, page, page_size: REVIEWS_SHOWN }),
    catalog.listRelated({ product_id, limit: RELATED }).then(found => withStock(inventory, found)),
    listDepartments(catalog),
  ]);
  // It was deleted since, or there is no such page of reviews.
  if (!summary.ok) return productGone(catalog, product);
  const isBeyond = !reviews.ok || (page > 1 && reviews.value.items.length === 0);
  if (isBeyond) return { redirect: view.to(productPath(product)) };
  const props = {
    product,
    available: stock[0]?.available ?? 0,
    offers,
    nowMs: clock.nowMs(),
    related,
    departments,
    reviews: { product, summary: summary.value, reviews: reviews.value.items, page, sort },
  };
  return {
    body: <ProductPage {...props} />,
    // Not `categories`: their names in the bar may be a minute old, and each new product would drop every page of one.
    tags: [product, ...related].map(shown => `product:${shown.product_id}`),
  };
}

interface ProductPageProps extends Omit<BuyBoxProps, 'hasAlternatives'> {
  related: Product[];
  departments: { name: string; path: string[] }[];
  reviews: ReviewsProps;
}

function ProductPage({ related, departments, reviews, ...buy }: ProductPageProps) {
  const view = useView();
  const { product, available } = buy;
  const { publicUrl, to, words } = view;
  const path = productPath(product);
  const [picture] = product.images;
  const crumbs = crumbsOf(product.category_path);
  const isSoldOut = available === 0;
  const relatedTitle = isSoldOut ? words.product.instead : words.product.related;
  const others = related.length > 0 && (
    <Section title={relatedTitle}>
      <ProductShelf products={related} />
    </Section>
  );
  const trail = [...crumbs.map(({ name, path: above }) => ({ name, path: above! })), { name: product.title, path }];
  return (
    <Shell
      title={product.title}
      description={shortened(product.description) || product.title}
      canonical={path}
      kind="product"
      picture={picture === undefined ? undefined : absolute(publicUrl, picture)}
      departments={departments}
      structured={[
        productData({ product, available, url: `${publicUrl}${to(path)}`, publicUrl }),
        breadcrumbData(view, trail),
      ]}
    >
      <Breadcrumbs crumbs={crumbs} />
      <div class="product">
        <Gallery product={product} />
        <div class="product-side">
          <ProductHead product={product} />
          <BuyBox {...buy} hasAlternatives={related.length > 0} />
        </div>
      </div>
      {isSoldOut && others}
      <ProductFacts product={product} />
      {!isSoldOut && others}
      <Reviews {...reviews} />
      <RecentlyViewed product={product} />
    </Shell>
  );
}

/** Filled by an island from what this browser remembers; the shop itself keeps nothing of it. */
function RecentlyViewed({ product }: { product: CatalogProduct }) {
  const { words } = useView();
  const { product_id: id, title, images } = product;
  const picture = images[0] === undefined ? null : thumbnailAddress(images[0]);
  const remembered = JSON.stringify({ id, title, path: productPath(product), picture });
  return (
    <section
      class="section"
      aria-label={words.product.recent}
      data-island="recently-viewed"
      data-product={remembered}
      hidden
    >
      <h2>{words.product.recent}</h2>
      <ul class="recent" />
    </section>
  );
}

/** To the end of a word, as search engines show it. */
function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  if (line.length <= DESCRIPTION_LENGTH) return line;
  return `${line.slice(0, line.lastIndexOf(' ', DESCRIPTION_LENGTH)).toWellFormed()} …`;
}
