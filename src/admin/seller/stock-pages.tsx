import type { CatalogProduct } from '#catalog';
import { Button, Field, Key, LinkButton, Select } from '#design/forms';
import { type Column, Empty, Pagination, Panel, Section, Table } from '#design/parts';
import { useView } from '#design/view';
import type { Movement, StockView, Warehouse } from '#inventory';
import { limits } from '#limits';
import type { FieldErrors } from '#platform/form';
import { pagesOf, withQuery } from '../products/addresses.ts';
import type { Desk } from '../products/desk.ts';
import { ProductName, SaleState } from '../products/product-list.tsx';
import { Said } from '../said.tsx';
import type { StockedList, StockedProduct } from './own-stock.ts';

export interface StockListProps extends StockedList {
  desk: Desk<string>;
  text: string | undefined;
  page: number;
  page_size: number;
}

export function StockList(props: StockListProps) {
  const { desk, rows, text, page, isSorted } = props;
  const { words, to, number } = useView();
  const { selling, goods, things } = words;
  const { Frame } = desk;
  const href = (shown: number) => to(withQuery('/seller/stock', { text, page: shown === 1 ? '' : shown }));
  return (
    <Frame title={selling.stockTitle} current="/seller/stock">
      <h1>{selling.stockTitle}</h1>
      <p class="quiet">{selling.stockIntro}</p>
      <form class="filters" method="get" action={to('/seller/stock')}>
        <Field name="text" type="search" label={goods.searchText} value={text} />
        <Button kind="secondary" icon="search">
          {things.search}
        </Button>
      </form>
      {rows.length > 0 && (
        <p class="quiet">{isSorted ? selling.lowFirst : selling.tooManyToSort(number(limits.stockComparedMax))}</p>
      )}
      <Table
        caption={selling.stockTitle}
        columns={useStockColumns()}
        rows={rows}
        keyOf={({ product }) => product.product_id}
        empty={<Empty icon="truck" title={text === undefined ? goods.noProducts : goods.nothingFits} />}
      />
      <Pagination page={page} pages={pagesOf(props)} href={href} />
    </Frame>
  );
}

function useStockColumns(): Column<StockedProduct>[] {
  const { words, to, number } = useView();
  const { selling, goods, things } = words;
  return [
    { title: selling.product, cell: ({ product }) => <ProductName product={product} root="/seller" /> },
    { title: goods.state, cell: ({ stock }) => <SaleState available={stock.available} /> },
    { title: selling.available, isNumber: true, cell: ({ stock }) => number(stock.available) },
    { title: selling.reserved, isNumber: true, cell: ({ stock }) => number(stock.reserved) },
    { title: selling.total, isNumber: true, cell: ({ stock }) => number(stock.total_quantity) },
    { title: selling.inWarehouses, isNumber: true, cell: ({ stock }) => number(stock.warehouses) },
    {
      title: things.actions,
      cell: ({ product }) => <a href={to(`/seller/stock/${product.product_id}`)}>{selling.manage}</a>,
    },
  ];
}

export interface StockPageProps {
  desk: Desk<string>;
  product: CatalogProduct;
  stock: StockView;
  warehouses: Warehouse[];
  movements: Movement[];
  next_cursor: string | null;
  formKeys: { receive: string; adjust: string };
  done?: 'received' | 'adjusted' | undefined;
  /** What was refused, in words. */
  refused?: string | undefined;
  /** The form that was sent with mistakes, as it was sent. */
  sent?: { form: 'receive' | 'adjust'; fields: Record<string, string>; errors: FieldErrors } | undefined;
}

export function StockPage(props: StockPageProps) {
  const { desk, product, done, refused } = props;
  const { words, to } = useView();
  const { selling } = words;
  const { Frame } = desk;
  return (
    <Frame title={`${selling.stockTitle}: ${product.title}`} current="/seller/stock">
      <p>
        <a href={to('/seller/stock')}>{selling.allStock}</a>
      </p>
      <h1>{product.title}</h1>
      <Said done={done && selling[done]} refused={refused} />
      <StockFigures {...props} />
      <div class="field-row">
        <StockForm {...props} form="receive" />
        <StockForm {...props} form="adjust" />
      </div>
      <ByWarehouse {...props} />
      <Movements {...props} />
    </Frame>
  );
}

function StockFigures({ stock }: StockPageProps) {
  const { words, number } = useView();
  const { selling } = words;
  const figures: [string, number][] = [
    [selling.available, stock.available],
    [selling.reserved, stock.reserved],
    [selling.total, stock.total_quantity],
  ];
  return (
    <dl class="figures">
      {figures.map(([name, figure]) => (
        <div key={name} class="figure">
          <dt>{name}</dt>
          <dd>{number(figure)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Names of fields differ by form, so that labels and mistakes find theirs. */
function StockForm(props: StockPageProps & { form: 'receive' | 'adjust' }) {
  const { form, product, warehouses, formKeys, sent } = props;
  const { words, to } = useView();
  const { selling } = words;
  const isAdjusting = form === 'adjust';
  const fields = sent?.form === form ? sent.fields : {};
  const errors = sent?.form === form ? sent.errors : {};
  const error = (name: string) => (errors[name] === undefined ? undefined : words.problems[wordOf(errors[name])]);
  const amount = isAdjusting ? 'delta' : 'quantity';
  const options = warehouses.map(({ warehouse_id, name, country }) => {
    return { value: warehouse_id, label: `${name} (${country})` };
  });
  return (
    <Panel title={isAdjusting ? selling.adjust : selling.receive}>
      <p class="quiet">{isAdjusting ? selling.adjustHint : selling.receiveHint}</p>
      <form class="stack" method="post" action={to(`/seller/stock/${product.product_id}/${form}`)}>
        <Key value={formKeys[form]} />
        <Select
          name={`${form}_warehouse`}
          label={selling.warehouse}
          value={fields.warehouse_id}
          options={options}
          required
          error={error('warehouse_id')}
        />
        <Field
          name={`${form}_${amount}`}
          type="number"
          label={isAdjusting ? selling.delta : selling.quantity}
          value={fields[amount]}
          required
          error={error(amount)}
          more={isAdjusting ? { step: 1 } : { min: 1, step: 1, inputMode: 'numeric' }}
        />
        <Field
          name={`${form}_reason`}
          label={selling.reason}
          value={fields.reason}
          required={isAdjusting}
          error={error('reason')}
          more={{ maxLength: 500 }}
        />
        <div class="button-row">
          <Button kind={isAdjusting ? 'secondary' : 'primary'}>
            {isAdjusting ? selling.doAdjust : selling.doReceive}
          </Button>
        </div>
      </form>
    </Panel>
  );
}

function wordOf(error: string): 'required' | 'invalid' {
  return error === 'required' ? 'required' : 'invalid';
}

function ByWarehouse({ stock, warehouses }: StockPageProps) {
  const { words, number } = useView();
  const { selling } = words;
  const names = namesOf(warehouses);
  return (
    <Section title={selling.byWarehouse}>
      <Table
        caption={selling.byWarehouse}
        columns={[
          { title: selling.warehouse, cell: ({ warehouse_id }) => names.get(warehouse_id) ?? warehouse_id },
          { title: selling.available, isNumber: true, cell: ({ available }) => number(available) },
          { title: selling.reserved, isNumber: true, cell: ({ reserved }) => number(reserved) },
          { title: selling.total, isNumber: true, cell: ({ total_quantity }) => number(total_quantity) },
        ]}
        rows={stock.warehouses}
        keyOf={({ warehouse_id }) => warehouse_id}
        empty={<p class="quiet">{selling.noStockYet}</p>}
      />
    </Section>
  );
}

function Movements({ product, warehouses, movements, next_cursor }: StockPageProps) {
  const { words, to, dateTime } = useView();
  const { selling } = words;
  const names = namesOf(warehouses);
  return (
    <Section title={selling.movements}>
      <Table
        caption={selling.movements}
        columns={[
          { title: selling.when, cell: ({ at }) => <time dateTime={at}>{dateTime(at)}</time> },
          { title: selling.kind, cell: ({ kind }) => selling.kinds[kind] },
          { title: selling.warehouse, cell: ({ warehouse_id }) => names.get(warehouse_id) ?? warehouse_id },
          { title: selling.change, isNumber: true, cell: ({ total_delta }) => signed(total_delta) },
          { title: selling.reservedChange, isNumber: true, cell: ({ reserved_delta }) => signed(reserved_delta) },
          { title: selling.reason, cell: ({ reason = '' }) => reason },
        ]}
        rows={movements}
        keyOf={({ movement_id, warehouse_id, kind }) => `${movement_id} ${warehouse_id} ${kind}`}
        empty={<p class="quiet">{selling.noMovements}</p>}
      />
      {next_cursor !== null && (
        <p class="ways">
          <LinkButton
            kind="secondary"
            href={to(withQuery(`/seller/stock/${product.product_id}`, { cursor: next_cursor }))}
          >
            {selling.earlier}
          </LinkButton>
        </p>
      )}
    </Section>
  );
}

function namesOf(warehouses: Warehouse[]): Map<string, string> {
  return new Map(warehouses.map(({ warehouse_id, name }) => [warehouse_id, name]));
}

function signed(delta: number): string {
  return delta > 0 ? `+${delta}` : delta === 0 ? '' : `−${-delta}`;
}
