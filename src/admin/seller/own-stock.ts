import type { Catalog, CatalogProduct } from '#catalog';
import type { Inventory, StockSum } from '#inventory';
import { limits } from '#limits';

export interface StockedProduct {
  product: CatalogProduct;
  stock: StockSum;
}

export interface StockedList {
  rows: StockedProduct[];
  total: number;
  /** The lowest first; else there are too many to compare, and the newest come first. */
  isSorted: boolean;
}

interface Deps {
  catalog: Pick<Catalog, 'listProducts' | 'getProducts'>;
  inventory: Pick<Inventory, 'getStocks' | 'listStock'>;
}

interface Filter {
  seller_id: string;
  text?: string | undefined;
}

/**
 * A seller's products with their stock, the lowest first. Neither catalogue nor inventory knows both, so the stock of
 * all of them is read and compared, where they are not too many. Null behind the last row that is listed.
 */
export async function listOwnStock(
  deps: Deps,
  filter: Filter,
  paging: { page: number; page_size: number },
): Promise<StockedList | null> {
  const { page, page_size } = paging;
  const first = await readPage(deps, filter, 1, limits.pageSizeMax);
  if (first === null) return null;
  const { total } = first;
  if (total > limits.stockComparedMax) {
    const asked = await readPage(deps, filter, page, page_size);
    return asked === null ? null : { ...asked, isSorted: false };
  }
  const rows = [...first.rows];
  for (let next = 2; (next - 1) * limits.pageSizeMax < total; next += 1) {
    rows.push(...((await readPage(deps, filter, next, limits.pageSizeMax))?.rows ?? []));
  }
  rows.sort((a, b) => a.stock.available - b.stock.available || (a.product.title < b.product.title ? -1 : 1));
  return { rows: rows.slice((page - 1) * page_size, page * page_size), total, isSorted: true };
}

async function readPage({ catalog, inventory }: Deps, filter: Filter, page: number, page_size: number) {
  const listed = await catalog.listProducts({ ...filter, page, page_size });
  if (!listed.ok) return null;
  const { items, total } = listed.value;
  const stocks = await inventory.getStocks({ product_ids: items.map(({ product_id }) => product_id) });
  return { rows: items.map((product, index) => ({ product, stock: stocks[index]! })), total };
}

/** Pages of the whole shop's low stock that are searched for a seller with too many products to compare. */
const LOW_PAGES_MAX = 5;

/** A seller's products of which `available_max` or fewer can be sold, the lowest first, at most `limit`. */
export async function listOwnLow(
  deps: Deps,
  { seller_id, available_max, limit }: { seller_id: string; available_max: number; limit: number },
): Promise<StockedProduct[]> {
  const own = await listOwnStock(deps, { seller_id }, { page: 1, page_size: limit });
  if (own === null) return [];
  if (own.isSorted) return own.rows.filter(({ stock }) => stock.available <= available_max);
  const found: StockedProduct[] = [];
  for (let page = 1; page <= LOW_PAGES_MAX && found.length < limit; page += 1) {
    const low = await deps.inventory.listStock({ available_max, page, page_size: limits.pageSizeMax });
    if (!low.ok || low.value.items.length === 0) break;
    const stocks = new Map(low.value.items.map(stock => [stock.product_id, stock]));
    const products = await deps.catalog.getProducts({ product_ids: [...stocks.keys()] });
    for (const product of products) {
      if (product.deleted || product.seller.seller_id !== seller_id) continue;
      found.push({ product, stock: stocks.get(product.product_id)! });
    }
  }
  return found.slice(0, limit);
}
