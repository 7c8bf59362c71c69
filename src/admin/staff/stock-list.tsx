import type { CatalogProduct } from '#catalog';
import { Button, Field, LinkButton, Select } from '#design/forms';
import { Badge, Empty, Pagination, Table } from '#design/parts';
import { privatePage } from '#design/routes';
import { useView } from '#design/view';
import { LOW_UNITS_MAX, type StockSum, type Warehouse } from '#inventory';
import type { DeskDeps } from '../deps.ts';
import { filled, withQuery } from '../products/addresses.ts';
import { type ListQuery, listQuery, oneWord, PAGE_SIZE, pageOf } from './read-list.ts';
import { StaffShell } from './staff-shell.tsx';

type Filter = ListQuery<'text' | 'level' | 'warehouse_id'>;
type Row = StockSum & { product: CatalogProduct | undefined };
interface Listed {
  rows: Row[];
  total: number;
  page: number;
}

/** Stock by product: all of it, what is low or out, one warehouse's, or that of products found by their words. */
export function stockListRoutes(deps: DeskDeps): void {
  const query = listQuery('text', 'level', 'warehouse_id');
  privatePage(deps.site, '/admin/stock', { access: 'staff', query }, async ({ query: filter }) => {
    const warehouses = await deps.inventory.listWarehouses({});
    const listed =
      filled(filter.text) === undefined ? await listByStock(deps, filter, warehouses) : await listByWords(deps, filter);
    return { body: <StockList filter={filter} listed={listed} warehouses={warehouses} /> };
  });
}

async function listByStock({ inventory, catalog }: DeskDeps, filter: Filter, warehouses: Warehouse[]): Promise<Listed> {
  const level = oneWord(filter.level, ['low', 'out'] as const);
  const listed = await inventory.listStock({
    ...(level !== undefined && { available_max: level === 'out' ? 0 : LOW_UNITS_MAX }),
    warehouse_id: oneWord(
      filter.warehouse_id,
      warehouses.map(({ warehouse_id }) => warehouse_id),
    ),
    page: pageOf(filter),
    page_size: PAGE_SIZE,
  });
  if (!listed.ok) return { rows: [], total: 0, page: 1 };
  const { items, total, page } = listed.value;
  const products = await catalog.getProducts({ product_ids: items.map(({ product_id }) => product_id) });
  const byId = new Map(products.map(product => [product.product_id, product]));
  return { rows: items.map(sum => ({ ...sum, product: byId.get(sum.product_id) })), total, page };
}

async function listByWords({ inventory, catalog }: DeskDeps, filter: Filter): Promise<Listed> {
  const text = filled(filter.text)?.slice(0, 200);
  const found = await catalog.listProducts({ text, page: pageOf(filter), page_size: PAGE_SIZE });
  if (!found.ok) return { rows: [], total: 0, page: 1 };
  const { items, total, page } = found.value;
  if (items.length === 0) return { rows: [], total, page };
  const sums = await inventory.getStocks({ product_ids: items.map(({ product_id }) => product_id) });
  return { rows: sums.map((sum, index) => ({ ...sum, product: items[index] })), total, page };
}

function StockList({ filter, listed, warehouses }: { filter: Filter; listed: Listed; warehouses: Warehouse[] }) {
  const { words, to, number } = useView();
  const { stock } = words.staff;
  const { page: _page, ...kept } = filter;
  const href = (page: number) => to(withQuery('/admin/stock', { ...kept, page: page === 1 ? '' : page }));
  return (
    <StaffShell title={words.desk.stock} current="/admin/stock">
      <div class="section-head">
        <h1>{words.desk.stock}</h1>
        <LinkButton kind="secondary" href={to('/admin/warehouses')}>
          {stock.warehouses}
        </LinkButton>
      </div>
      <StockFilters filter={filter} warehouses={warehouses} />
      <Table
        caption={words.desk.stock}
        columns={[
          { title: stock.product, cell: row => <StockName row={row} /> },
          { title: stock.available, isNumber: true, cell: row => <Available units={row.available} /> },
          { title: stock.reserved, isNumber: true, cell: row => number(row.reserved) },
          { title: stock.total, isNumber: true, cell: row => number(row.total_quantity) },
          { title: stock.warehouses, isNumber: true, cell: row => number(row.warehouses) },
        ]}
        rows={listed.rows}
        keyOf={({ product_id }) => product_id}
        empty={<Empty icon="truck" title={words.desk.nothingFound} />}
      />
      <Pagination page={listed.page} pages={Math.ceil(listed.total / PAGE_SIZE)} href={href} />
    </StaffShell>
  );
}

function StockName({ row: { product_id, product } }: { row: Row }) {
  const { to } = useView();
  return <a href={to(`/admin/stock/${product_id}`)}>{product?.title ?? product_id}</a>;
}

function Available({ units }: { units: number }) {
  const { number } = useView();
  if (units > LOW_UNITS_MAX) return <>{number(units)}</>;
  return <Badge tone={units === 0 ? 'bad' : 'careful'}>{number(units)}</Badge>;
}

function StockFilters({ filter, warehouses }: { filter: Filter; warehouses: Warehouse[] }) {
  const { words, to } = useView();
  const { stock } = words.staff;
  const levels = Object.entries(stock.levels).map(([value, label]) => ({ value, label }));
  const named = warehouses.map(({ warehouse_id, name }) => ({ value: warehouse_id, label: name }));
  return (
    <form class="filters" method="get" action={to('/admin/stock')} aria-label={words.desk.filters}>
      <Field name="text" type="search" label={stock.search} value={filter.text} isFilter />
      <Select name="level" label={stock.level} value={filter.level} options={levels} isFilter />
      <Select
        name="warehouse_id"
        label={stock.warehouse}
        value={filter.warehouse_id}
        options={[{ value: '', label: words.things.all }, ...named]}
        isFilter
      />
      <Button kind="secondary" icon="filter">
        {words.things.filter}
      </Button>
    </form>
  );
}
