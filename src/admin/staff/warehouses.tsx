import { Button, Field, Key } from '#design/forms';
import { Panel, Table } from '#design/parts';
import { formRoute, privatePage } from '#design/routes';
import { useView } from '#design/view';
import { Warehouse } from '#inventory';
import { type FieldErrors, type Fields, formReader } from '#platform/form';
import { object } from '#platform/schema';
import type { DeskDeps } from '../deps.ts';
import { Said } from '../said.tsx';
import { listQuery } from './read-list.ts';
import { StaffShell } from './staff-shell.tsx';

const { name, country, region } = Warehouse.properties;
const readWarehouse = formReader(object({ name, country, region }));

/** Where stock can lie: the list, and a new one. */
export function warehouseRoutes({ site, inventory }: DeskDeps): void {
  privatePage(site, '/admin/warehouses', { access: 'staff', query: listQuery() }, async ({ query: { done } }) => ({
    body: (
      <Warehouses warehouses={await inventory.listWarehouses({})} isDone={done !== undefined} key_={site.ids.next()} />
    ),
  }));
  formRoute(site, '/admin/warehouses', { access: 'staff' }, async ({ view, fields, request }) => {
    const read = readWarehouse({ ...fields, country: fields.country?.trim().toUpperCase() ?? '' });
    if (!read.ok) {
      const warehouses = await inventory.listWarehouses({});
      const again = { warehouses, entered: fields, errors: read.errors, key_: site.ids.next() };
      return { status: 400, body: <Warehouses {...again} /> };
    }
    await inventory.createWarehouse({ warehouse_id: request.commandId, ...read.value });
    return { redirect: view.to('/admin/warehouses?done=created') };
  });
}

interface WarehousesProps {
  warehouses: Warehouse[];
  isDone?: boolean;
  entered?: Fields;
  errors?: FieldErrors;
  key_: string;
}

function Warehouses({ warehouses, isDone = false, entered = {}, errors, key_ }: WarehousesProps) {
  const { words, to } = useView();
  const { stock } = words.staff;
  return (
    <StaffShell title={stock.warehouses} current="/admin/stock">
      <h1>{stock.warehouses}</h1>
      <Said done={isDone ? stock.done.created : undefined} refused={errors && words.problems.formHasErrors} />
      <div class="stack">
        <Table
          caption={stock.warehouses}
          columns={[
            { title: words.things.name, cell: warehouse => warehouse.name },
            { title: stock.region, cell: warehouse => warehouse.region },
            { title: stock.country, cell: warehouse => warehouse.country },
          ]}
          rows={warehouses}
          keyOf={({ warehouse_id }) => warehouse_id}
        />
        <Panel title={stock.newWarehouse}>
          <form class="stack" method="post" action={to('/admin/warehouses')}>
            <Key value={key_} />
            <Field name="name" label={words.things.name} value={entered.name} errors={errors} required />
            <Field
              name="country"
              label={stock.country}
              value={entered.country}
              errors={errors}
              required
              more={{ minLength: 2, maxLength: 2 }}
            />
            <Field name="region" label={stock.region} value={entered.region} errors={errors} required />
            <Button icon="plus">{words.things.create}</Button>
          </form>
        </Panel>
      </div>
    </StaffShell>
  );
}
