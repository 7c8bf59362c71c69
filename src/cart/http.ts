import { Type } from 'typebox';
import { type App, answer, answers } from '#platform/http';
import { money } from '#platform/money';
import { Id, object, params } from '#platform/schema';
import { Cart, type CartModule, cartContract, cartOwnerOf, ownCart } from './contract.ts';

export interface CartRoutesDeps {
  cart: CartModule;
  currency: string;
}

const { refusals } = cartContract;
const quantity = (minimum: number) => Type.Integer({ minimum, maximum: 999 });
/** The gateway has made a guest of nobody before a mutation for persons comes here. */
const config = { access: 'person', idempotency: 'hot' } as const;
const tags = ['cart'];

export function cartRoutes(app: App, { cart, currency }: CartRoutesDeps): void {
  app.get(
    '/api/cart',
    {
      config: { access: 'anyone', shared: 'never' },
      schema: { summary: 'The cart', tags, response: answers({ 200: Cart }) },
    },
    async ({ caller }) => {
      const owner = cartOwnerOf(caller);
      return owner === null ? cartOfNobody(currency) : cart.getCart({ owner });
    },
  );
  app.post(
    '/api/cart/items',
    {
      config,
      schema: {
        summary: 'Add units of a product',
        tags,
        body: object({ product_id: Id, quantity: quantity(1) }),
        response: answers({ 200: Cart }, refusals, ['PRODUCT_NOT_FOUND', 'OUT_OF_STOCK', 'CART_FULL']),
      },
    },
    async ({ caller, commandId, body }, reply) =>
      answer(reply, 200, await cart.addItem({ owner: ownCart(caller), command_id: commandId, ...body }), refusals),
  );
  app.put(
    '/api/cart/items/:product_id',
    {
      config,
      schema: {
        summary: 'Set the units of a product; 0 removes it',
        tags,
        params: params('product_id'),
        body: object({ quantity: quantity(0) }),
        response: answers({ 200: Cart }, refusals, ['PRODUCT_NOT_FOUND', 'OUT_OF_STOCK', 'CART_FULL']),
      },
    },
    async ({ caller, commandId, params, body }, reply) => {
      const input = { owner: ownCart(caller), command_id: commandId, ...params, ...body };
      return answer(reply, 200, await cart.setItem(input), refusals);
    },
  );
  app.delete(
    '/api/cart/items/:product_id',
    {
      config,
      schema: {
        summary: 'Remove a product',
        tags,
        params: params('product_id'),
        response: answers({ 200: Cart }),
      },
    },
    async ({ caller, commandId, params }) =>
      cart.removeItem({ owner: ownCart(caller), command_id: commandId, ...params }),
  );
  app.delete(
    '/api/cart',
    { config, schema: { summary: 'Empty the cart', tags, response: answers({ 200: Cart }) } },
    async ({ caller, commandId }) => cart.clearCart({ owner: ownCart(caller), command_id: commandId }),
  );
}

/** A browser is no guest before its first mutation: it has a cart, and nothing in it. */
function cartOfNobody(currency: string): Cart {
  return {
    cart_id: '00000000-0000-0000-0000-000000000000',
    items: [],
    subtotal: money(0, currency),
    notices: [],
    updated_at: '1970-01-01T00:00:00.000Z',
  };
}
