import { money } from '#platform/money';
import type { Cart, CartOwner } from './contract.ts';
import type { Facts } from './product-facts.ts';
import type { Line, StoredCart } from './stored-cart.ts';

/** The largest amount that our money has: a cart may hold more than anyone can order. */
const AMOUNT_MAX = 1_000_000_000_000;

export function presentCart(input: { owner: CartOwner; cart: StoredCart; facts: Facts; currency: string }): Cart {
  const { owner, cart, facts, currency } = input;
  const items = cart.lines.map(line => presentLine(line, facts, currency));
  const subtotal = items.reduce((sum, item) => sum + item.price.amount * item.quantity, 0);
  return {
    cart_id: owner.person_id,
    items,
    subtotal: money(Math.min(subtotal, AMOUNT_MAX), currency),
    notices: [...cart.notices],
    updated_at: cart.updated_at,
  };
}

/** What is no longer sold is shown at the price that it last had, until the next change takes it out. */
function presentLine(line: Line, facts: Facts, currency: string): Cart['items'][number] {
  const { product_id, seller_id, quantity, added_at } = line;
  const fact = facts.get(product_id);
  const isSold = fact?.isSold === true;
  return {
    product_id,
    seller_id,
    title: fact?.title ?? 'No longer sold',
    quantity,
    price: money(isSold ? fact.price : line.shown_price, currency),
    price_snapshot: money(line.price_snapshot, currency),
    added_at,
    in_stock: isSold && fact.available > 0,
  };
}
