import type { CatalogProduct } from '#catalog';
import { Button, Field, Key, Select } from '#design/forms';
import { Facts, Notice, Panel, Table } from '#design/parts';
import { useView } from '#design/view';
import type { Movement, StockExplanation, StockView, Warehouse } from '#inventory';
import { withQuery } from '../products/addresses.ts';
import { Said } from '../said.tsx';
import { StaffShell } from './staff-shell.tsx';

export interface StockPageProps {
  product: CatalogProduct;
  stock: StockView;
  explanation: StockExplanation;
  warehouses: Warehouse[];
  movements: { items: Movement[]; next_cursor: string | null };
  said: { done?: string; refused?: string };
  keys: { receive: string; adjust: string };
}

export function StockPage(props: StockPageProps) {
  const { product, said } = props;
  const { words, to } = useView();
  const { stock: texts } = words.staff;
  const done = texts.done[said.done as keyof typeof texts.done];
  const refused =
    said.refused === 'INVALID'
      ? words.problems.badInputTitle
      : texts.refusals[said.refused as keyof typeof texts.refusals];
  return (
    <StaffShell title={`${words.desk.stock}: ${product.title}`} current="/admin/stock">
      <h1>{product.title}</h1>
      <p>
        <a href={to(`/admin/products/${product.product_id}`)}>{words.things.edit}</a>
      </p>
      <Said done={done} refused={refused} />
      <Sums stock={props.stock} />
      <div class="split">
        <div class="stack">
          <ByWarehouse {...props} />
          <Movements {...props} />
        </div>
        <div class="stack">
          <ChangeForms {...props} />
          <Explanation explanation={props.explanation} />
        </div>
      </div>
    </StaffShell>
  );
}

function Sums({ stock }: { stock: StockView }) {
  const { words, number } = useView();
  const { stock: texts } = words.staff;
  const figures: [string, number][] = [
    [texts.available, stock.available],
    [texts.reserved, stock.reserved],
    [texts.total, stock.total_quantity],
  ];
  return (
    <dl class="figures">
      {figures.map(([name, units]) => (
        <div key={name} class="figure">
          <dt>{name}</dt>
          <dd>{number(units)}</dd>
        </div>
      ))}
    </dl>
  );
}

function ByWarehouse({ stock, warehouses }: StockPageProps) {
  const { words, number } = useView();
  const { stock: texts } = words.staff;
  const names = new Map(warehouses.map(({ warehouse_id, name }) => [warehouse_id, name]));
  return (
    <Panel title={texts.warehouses}>
      <Table
        caption={texts.warehouses}
        columns={[
          { title: texts.warehouse, cell: row => names.get(row.warehouse_id) ?? row.warehouse_id },
          { title: texts.available, isNumber: true, cell: row => number(row.available) },
          { title: texts.reserved, isNumber: true, cell: row => number(row.reserved) },
          { title: texts.total, isNumber: true, cell: row => number(row.total_quantity) },
        ]}
        rows={stock.warehouses}
        keyOf={({ warehouse_id }) => warehouse_id}
        empty={<p>{texts.none}</p>}
      />
    </Panel>
  );
}

function Movements({ product, movements, warehouses }: StockPageProps) {
  const { words, to, dateTime, number } = useView();
  const { stock: texts } = words.staff;
  const names = new Map(warehouses.map(({ warehouse_id, name }) => [warehouse_id, name]));
  const signed = (delta: number) => (delta > 0 ? `+${number(delta)}` : number(delta));
  const older = withQuery(`/admin/stock/${product.product_id}`, { cursor: movements.next_cursor ?? undefined });
  return (
    <Panel title={texts.movements}>
      <Table
        caption={texts.movements}
        columns={[
          { title: texts.at, cell: ({ at }) => <time dateTime={at}>{dateTime(at)}</time> },
          { title: texts.kind, cell: ({ kind }) => texts.kinds[kind] },
          { title: texts.totalChange, isNumber: true, cell: row => signed(row.total_delta) },
          { title: texts.reservedChange, isNumber: true, cell: row => signed(row.reserved_delta) },
          { title: texts.warehouse, cell: row => names.get(row.warehouse_id) ?? '' },
          { title: texts.forOrder, cell: row => <WhatFor movement={row} /> },
        ]}
        rows={movements.items}
        keyOf={({ movement_id }) => movement_id}
        empty={<p>{texts.noMovements}</p>}
      />
      {movements.next_cursor !== null && (
        <p>
          <a href={to(older)}>{texts.older}</a>
        </p>
      )}
    </Panel>
  );
}

function WhatFor({ movement: { order_id, reason, reservation_id } }: { movement: Movement }) {
  const { to } = useView();
  if (order_id !== undefined) return <a href={to(`/admin/orders/${order_id}`)}>{order_id.slice(0, 13)}</a>;
  return <>{reason || <code>{reservation_id?.slice(0, 13) ?? ''}</code>}</>;
}

function ChangeForms({ product, warehouses, keys }: StockPageProps) {
  const { words, to } = useView();
  const { stock: texts } = words.staff;
  const options = warehouses.map(({ warehouse_id, name }) => ({ value: warehouse_id, label: name }));
  const root = `/admin/stock/${product.product_id}`;
  return (
    <>
      <Panel title={texts.receive}>
        <form class="stack" method="post" action={to(`${root}/receive`)} aria-label={texts.receive}>
          <Key value={keys.receive} />
          <Select name="warehouse_id" id="receive-warehouse" label={texts.warehouse} options={options} required />
          <Field name="quantity" type="number" label={texts.quantity} required more={{ min: 1, max: 1_000_000 }} />
          <Field name="reason" id="receive-reason" label={words.desk.reason} more={{ maxLength: 500 }} />
          <Button icon="plus">{texts.receive}</Button>
        </form>
      </Panel>
      <Panel title={texts.adjust}>
        <form class="stack" method="post" action={to(`${root}/adjust`)} aria-label={texts.adjust}>
          <Key value={keys.adjust} />
          <Select name="warehouse_id" id="adjust-warehouse" label={texts.warehouse} options={options} required />
          <Field name="delta" type="number" label={texts.delta} required />
          <Field name="reason" id="adjust-reason" label={words.desk.reason} required more={{ maxLength: 500 }} />
          <Button kind="secondary">{texts.adjust}</Button>
        </form>
      </Panel>
    </>
  );
}

function Explanation({ explanation }: { explanation: StockExplanation }) {
  const { words, number, dateTime } = useView();
  const { stock: texts } = words.staff;
  const { received, adjusted, returned, allotted, sold, open_holds: holds, balanced } = explanation;
  const rows: [string, number][] = [
    [texts.received, received],
    [texts.adjusted, adjusted],
    [texts.returned, returned],
    [texts.allotted, allotted],
    [texts.sold, sold],
  ];
  return (
    <Panel title={texts.explain}>
      <Facts facts={rows.map(([name, units]) => [name, number(units)])} />
      <Notice tone={balanced ? 'good' : 'bad'}>{balanced ? texts.balanced : texts.unbalanced}</Notice>
      <h3>{texts.openHolds}</h3>
      <Table
        caption={texts.openHolds}
        columns={[
          { title: texts.hold, cell: hold => <code>{hold.reservation_id.slice(0, 13)}</code> },
          { title: texts.quantity, isNumber: true, cell: hold => number(hold.quantity) },
          {
            title: texts.until,
            cell: hold => dateTime(hold.expires_at),
          },
        ]}
        rows={holds}
        keyOf={hold => `${hold.reservation_id} ${hold.warehouse_id}`}
        empty={<p>{texts.noHolds}</p>}
      />
    </Panel>
  );
}
