import type { CatalogProduct } from '#catalog';
import { Button, Field, LinkButton, Select } from '#design/forms';
import { Badge, type Column, Empty, Notice, Pagination, Price, Stars, Table } from '#design/parts';
import { Picture } from '#design/picture';
import { useView } from '#design/view';
import { LOW_UNITS_MAX } from '#inventory';
import { pagesOf, withQuery } from './addresses.ts';
import { CategoryChoices } from './category-choices.tsx';
import type { Desk } from './desk.ts';

export type AnyDesk = Desk<string | undefined>;

/** What the list is filtered by, as its form sends it. */
export interface ProductFilter {
  text?: string | undefined;
  category?: string | undefined;
  seller_id?: string | undefined;
  sort?: string | undefined;
}

export interface ListedProduct extends CatalogProduct {
  available: number;
}

export interface ProductListProps {
  desk: AnyDesk;
  filter: ProductFilter;
  products: ListedProduct[];
  total: number;
  isMore: boolean;
  page: number;
  page_size: number;
  categories: string[];
  sellers: { value: string; label: string }[];
  isDeleted: boolean;
}

export function ProductList(props: ProductListProps) {
  const { desk, filter, products, page, total, isMore } = props;
  const { words, to, number } = useView();
  const { goods } = words;
  const { Frame, root } = desk;
  const isFiltered = Object.values(filter).some(value => value !== undefined && value !== '');
  const href = (shown: number) => to(withQuery(`${root}/products`, { ...filter, page: shown === 1 ? '' : shown }));
  return (
    <Frame title={words.desk.products} current={`${root}/products`}>
      <div class="section-head">
        <h1>{words.desk.products}</h1>
        <div class="button-row">
          <LinkButton href={to(`${root}/products/new`)} icon="plus">
            {goods.newProduct}
          </LinkButton>
          <LinkButton href="/api/admin/exports/products" kind="secondary">
            {goods.export}
          </LinkButton>
        </div>
      </div>
      {props.isDeleted && (
        <Notice tone="good" isNews>
          {goods.deleted}
        </Notice>
      )}
      <ProductFilters {...props} />
      {products.length > 0 && (
        <p class="quiet">{isMore ? goods.foundMore(number(total)) : goods.found(number(total))}</p>
      )}
      <Table
        caption={words.desk.products}
        columns={useColumns(desk)}
        rows={products}
        keyOf={({ product_id }) => product_id}
        empty={isFiltered ? <Empty icon="search" title={goods.nothingFits} /> : <NoProducts root={root} />}
      />
      <Pagination page={page} pages={pagesOf(props)} href={href} />
    </Frame>
  );
}

function NoProducts({ root }: { root: string }) {
  const { words, to } = useView();
  const { goods } = words;
  return (
    <Empty icon="picture" title={goods.noProducts}>
      <p>{goods.noProductsText}</p>
      <LinkButton href={to(`${root}/imports`)} kind="secondary">
        {goods.importTitle}
      </LinkButton>
    </Empty>
  );
}

function ProductFilters({ desk, filter, categories, sellers }: ProductListProps) {
  const { words, to } = useView();
  const { goods, things } = words;
  const sorts = Object.entries(goods.sorts).map(([value, label]) => ({ value, label }));
  return (
    <form class="filters" method="get" action={to(`${desk.root}/products`)}>
      <Field name="text" type="search" label={goods.searchText} value={filter.text} />
      <Field name="category" label={goods.category} value={filter.category} more={{ list: 'category-choices' }} />
      <CategoryChoices categories={categories} />
      {desk.isStaff && <Select name="seller_id" label={goods.seller} value={filter.seller_id} options={sellers} />}
      <Select name="sort" label={goods.sort} value={filter.sort} options={sorts} />
      <Button kind="secondary" icon="filter">
        {things.filter}
      </Button>
    </form>
  );
}

function useColumns(desk: AnyDesk): Column<ListedProduct>[] {
  const { words } = useView();
  const { goods } = words;
  const ofSeller: Column<ListedProduct> = { title: goods.seller, cell: ({ seller }) => seller.name };
  return [
    { title: goods.title, cell: product => <ProductName product={product} root={desk.root} /> },
    ...(desk.isStaff ? [ofSeller] : []),
    { title: goods.price, isNumber: true, cell: ({ price }) => <Price value={price} /> },
    { title: goods.stock, isNumber: true, cell: product => <StockCount product={product} root={desk.root} /> },
    {
      title: goods.rating,
      cell: ({ rating, review_count }) => (review_count === 0 ? '–' : <Stars rating={rating} count={review_count} />),
    },
    { title: goods.state, cell: ({ available }) => <SaleState available={available} /> },
  ];
}

/** A product in a table: small picture, name and category. */
export function ProductName({ product, root }: { product: CatalogProduct; root: string }) {
  const { to } = useView();
  return (
    <div class="product-name">
      <Picture url={product.images[0]} alt="" sizes="3rem" />
      <div>
        <a href={to(`${root}/products/${product.product_id}`)}>{product.title}</a>
        <small class="hint">{product.category_path.join(' › ')}</small>
      </div>
    </div>
  );
}

function StockCount({ product, root }: { product: ListedProduct; root: string }) {
  const { to, number } = useView();
  return <a href={to(`${root}/stock/${product.product_id}`)}>{number(product.available)}</a>;
}

export function SaleState({ available }: { available: number }) {
  const { words, number } = useView();
  const { goods } = words;
  if (available === 0) return <Badge tone="bad">{goods.soldOut}</Badge>;
  if (available <= LOW_UNITS_MAX) return <Badge tone="careful">{goods.low(number(available))}</Badge>;
  return <Badge tone="good">{goods.onSale}</Badge>;
}
