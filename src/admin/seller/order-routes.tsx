import { Type } from 'typebox';
import { limits } from '#limits';
import type { Orders } from '#orders';
import { edgeProblem } from '#platform/http';
import { object, oneOf, PageQuery, params } from '#platform/schema';
import type { Desk } from '../products/desk.ts';
import { OrderList, OrderPage } from './order-pages.tsx';

const ListQuery = object({
  status: Type.Optional(oneOf('CONFIRMED', 'SHIPPED', 'DELIVERED', 'CANCELLED')),
  page: PageQuery.page,
});

/** Orders that have items of the seller, each with those items alone. */
export function orderRoutes(desk: Desk<string>, { orders }: { orders: Orders }): void {
  desk.page('/orders', { query: ListQuery }, async ({ query: { status, page }, seller_id }) => {
    const listed = await orders.listSellerOrders({
      seller_id,
      page,
      page_size: limits.pageSizeDefault,
      ...(status !== undefined && { status }),
    });
    if (!listed.ok) throw edgeProblem('NOT_FOUND');
    const { items, ...paging } = listed.value;
    return { body: <OrderList desk={desk} orders={items} status={status} {...paging} /> };
  });
  desk.page('/orders/:order_id', { params: params('order_id') }, async ({ params: { order_id }, seller_id }) => {
    const order = await orders.getSellerOrder({ seller_id, order_id });
    if (order === null) throw edgeProblem('NOT_FOUND');
    return { body: <OrderPage desk={desk} order={order} /> };
  });
}
