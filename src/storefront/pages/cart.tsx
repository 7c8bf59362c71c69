import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { type CartModule, cartContract, cartOwnerOf, ownCart } from '#cart';
import { formRoute, privatePage, type Rendered } from '#design/routes';
import { formReader } from '#platform/form';
import type { Caller } from '#platform/identity';
import { Id, object, params } from '#platform/schema';
import { CartPage, type CartProblem } from '../buying/cart-page.tsx';
import { readCartView } from '../buying/read-cart.ts';
import type { StorefrontDeps } from '../deps.ts';
import { nextPath } from './next-path.ts';

const quantity = (minimum: number) => Type.Integer({ minimum, maximum: 999 });
const readAdded = formReader(object({ product_id: Id, quantity: quantity(1) }));
const readSet = formReader(object({ quantity: quantity(0) }));
const query = Type.Object({ gone: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })) });
/** The gateway makes a guest of a browser's first mutation. */
const options = { access: 'person', idempotency: 'hot' } as const;
const ofProduct = { ...options, params: params('product_id') };

export function cartRoutes(deps: StorefrontDeps): void {
  const { site, cart } = deps;
  privatePage(site, '/cart', { access: 'anyone', query }, ({ request, query: { gone } }) =>
    cartPage(deps, request, { gone }),
  );
  // Whoever reloads what was refused, or changes the language of it.
  privatePage(site, '/cart/items', { access: 'anyone' }, async ({ view }) => ({ redirect: view.to('/cart') }));

  formRoute(site, '/cart/items', options, async ({ view, request, fields }) => {
    const { caller, commandId } = request;
    const read = readAdded({ quantity: '1', ...fields });
    if (!read.ok) return cartPage(deps, request, { problem: 'product_id' in read.errors ? 'product' : 'quantity' });
    const input = { owner: ownCart(caller), command_id: commandId, ...read.value };
    const problem = problemOf(await cart.addItem(input));
    return problem === undefined ? { redirect: view.to(wayOn(fields.next)) } : cartPage(deps, request, { problem });
  });

  formRoute(site, '/cart/items/:product_id', ofProduct, async ({ view, request, fields, params }) => {
    const { caller, commandId } = request;
    const read = readSet(fields);
    if (!read.ok) return cartPage(deps, request, { problem: 'quantity' });
    const input = { owner: ownCart(caller), command_id: commandId, ...params, ...read.value };
    const problem = problemOf(await cart.setItem(input));
    return problem === undefined ? { redirect: view.to('/cart') } : cartPage(deps, request, { problem });
  });

  formRoute(site, '/cart/items/:product_id/remove', ofProduct, async ({ view, request, params }) => {
    const { caller, commandId } = request;
    await cart.removeItem({ owner: ownCart(caller), command_id: commandId, ...params });
    return { redirect: view.to('/cart') };
  });

  formRoute(site, '/cart/clear', options, async ({ view, request: { caller, commandId } }) => {
    await cart.clearCart({ owner: ownCart(caller), command_id: commandId });
    return { redirect: view.to('/cart') };
  });
}

/** Only a path of this shop is a way on; whatever else was sent leads to the cart. */
function wayOn(next: string | undefined): string {
  return next !== undefined && nextPath(next) === next ? next : '/cart';
}

const problems = { PRODUCT_NOT_FOUND: 'product', OUT_OF_STOCK: 'soldOut', CART_FULL: 'full' } as const;

function problemOf(changed: Awaited<ReturnType<CartModule['addItem']>>): CartProblem | undefined {
  return changed.ok ? undefined : problems[changed.code];
}

const { refusals } = cartContract;
const statuses: Record<CartProblem, number> = {
  quantity: 400,
  product: refusals.PRODUCT_NOT_FOUND!.status,
  soldOut: refusals.OUT_OF_STOCK!.status,
  full: refusals.CART_FULL!.status,
};

async function cartPage(
  deps: StorefrontDeps,
  request: FastifyRequest,
  told: { problem?: CartProblem; gone?: number | undefined },
): Promise<Rendered> {
  const view = await readCartView(deps, ownerWith(request));
  const { problem, gone } = told;
  return {
    status: problem === undefined ? 200 : statuses[problem],
    body: <CartPage view={view} problem={problem} gone={gone} nextKey={() => deps.site.ids.next()} />,
  };
}

function ownerWith({ caller, session }: { caller: Caller; session: { prime: boolean } | null }) {
  return { owner: cartOwnerOf(caller), isPrime: session?.prime ?? false };
}
