import { Type } from 'typebox';
import { type FormAsked, formRoute, privatePage, type Redirect } from '#design/routes';
import { formReader } from '#platform/form';
import { edgeProblem } from '#platform/http';
import { Id, object, params, text } from '#platform/schema';
import type { DeskDeps } from '../deps.ts';
import { filled, withQuery } from '../products/addresses.ts';
import { listQuery, pageOf } from './read-list.ts';
import { StockPage } from './stock-page.tsx';

const ofProduct = params('product_id');
const MOVEMENTS_SHOWN = 25;
const UNITS_MAX = 1_000_000;
const reason = Type.Optional(text(500, { min: 0 }));
const readReceive = formReader(
  object({ warehouse_id: Id, quantity: Type.Integer({ minimum: 1, maximum: UNITS_MAX }), reason }),
);
const readAdjust = formReader(
  object({ warehouse_id: Id, delta: Type.Integer({ minimum: -UNITS_MAX, maximum: UNITS_MAX }), reason }),
);

/** The stock of one product: where it lies, how it moved, who holds it, and the forms that change it. */
export function stockRoutes({ site, catalog, inventory }: DeskDeps): void {
  const query = listQuery();
  privatePage(site, '/admin/stock/:product_id', { access: 'staff', params: ofProduct, query }, async asked => {
    const { product_id } = asked.params;
    const [[product], stock, explanation, warehouses, movements] = await Promise.all([
      catalog.getProducts({ product_ids: [product_id] }),
      inventory.getStock({ product_id }),
      inventory.explainStock({ product_id }),
      inventory.listWarehouses({}),
      inventory.listMovements({
        product_id,
        page: pageOf(asked.query),
        page_size: MOVEMENTS_SHOWN,
        cursor: filled(asked.query.cursor),
      }),
    ]);
    if (product === undefined || !movements.ok) throw edgeProblem('NOT_FOUND');
    return {
      body: (
        <StockPage
          product={product}
          stock={stock}
          explanation={explanation}
          warehouses={warehouses}
          movements={movements.value}
          said={asked.query}
          keys={{ receive: site.ids.next(), adjust: site.ids.next() }}
        />
      ),
    };
  });
  const options = { access: 'staff', params: ofProduct } as const;
  formRoute(site, '/admin/stock/:product_id/receive', options, async asked => {
    const read = readReceive(asked.fields);
    if (!read.ok) return back(asked, { refused: 'INVALID' });
    const command = { ...asked.params, movement_id: asked.request.commandId, ...read.value };
    const received = await inventory.receiveStock({ ...command, reason: read.value.reason ?? '' });
    return back(asked, received.ok ? { done: 'received' } : { refused: received.code });
  });
  formRoute(site, '/admin/stock/:product_id/adjust', options, async asked => {
    const read = readAdjust(asked.fields);
    if (!read.ok || read.value.delta === 0) return back(asked, { refused: 'INVALID' });
    const command = { ...asked.params, movement_id: asked.request.commandId, ...read.value };
    const adjusted = await inventory.adjustStock({ ...command, reason: read.value.reason ?? '' });
    return back(asked, adjusted.ok ? { done: 'adjusted' } : { refused: adjusted.code });
  });
}

function back({ view, params: { product_id } }: FormAsked<typeof ofProduct>, said: Record<string, string>): Redirect {
  return { redirect: view.to(withQuery(`/admin/stock/${product_id}`, said)) };
}
