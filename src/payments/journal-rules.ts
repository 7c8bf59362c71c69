import assert from 'node:assert/strict';
import { spread } from '#platform/money';
import type { Split } from './contract.ts';
import type { PaymentRow } from './rules.ts';

/** What a seller is owed more (negative, a credit) or less. Null: of before there was a journal. */
export interface SellerPart {
  seller_id: string | null;
  amount: number;
}

/** One balanced entry: debits are positive, credits negative. */
export interface JournalEntry {
  order_id: string;
  kind: 'capture' | 'sale' | 'refund';
  ref_id: string;
  gateway: string;
  currency: string;
  /** What customers owe us; negative where they have paid for what is not sold to them. */
  customer: number;
  /** What the gateway holds for us. */
  clearing: number;
  sellers: number;
  tax: number;
  shipping: number;
  /** What gateways have kept for themselves. */
  fees: number;
  parts: SellerPart[];
}

/** What is left of an order in each account. */
export interface OrderBalance {
  customer: number;
  tax: number;
  shipping: number;
  parts: SellerPart[];
}

type Paid = Pick<PaymentRow, 'order_id' | 'payment_id' | 'gateway' | 'currency' | 'amount'>;

/**
 * The money has come to the gateway. Where it is known what for, the sale is in it; else it stands with the customer
 * until `saleEntry`.
 */
export function captureEntry(payment: Paid, split: Split | undefined, fee: number): JournalEntry {
  const { amount } = payment;
  assert(fee >= 0 && fee <= amount, 'a gateway keeps a part of the amount');
  const money = { ...about(payment, 'capture'), clearing: amount - fee, fees: fee };
  if (split === undefined) return { ...money, ...noSale, customer: -amount };
  return { ...money, ...owed(split, amount), customer: 0 };
}

/** What was paid for is now known: it is owed to others instead. */
export function saleEntry(payment: Paid, split: Split): JournalEntry {
  const { amount } = payment;
  return { ...about(payment, 'sale'), ...owed(split, amount), customer: amount, clearing: 0, fees: 0 };
}

/**
 * Money that was never sold for goes back to the customer. Otherwise those bear it who were owed it: as `split` says,
 * where each of them still has that much, and else everybody by what is left with them. What gateways kept they keep.
 */
export function refundEntry(
  payment: Paid,
  refund: { refund_id: string; amount: number; split: Split | null },
  left: OrderBalance,
): JournalEntry {
  const { refund_id, amount } = refund;
  const money = { ...about(payment, 'refund'), ref_id: refund_id, clearing: -amount, fees: 0 };
  if (left.customer < 0) return { ...money, ...noSale, customer: amount };
  const borne = fits(refund.split, left) ? refund.split : spreadOverAll(left, amount);
  const { parts, sellers, tax, shipping } = owed(borne, amount);
  return {
    ...money,
    customer: 0,
    sellers: negative(sellers),
    tax: negative(tax),
    shipping: negative(shipping),
    parts: parts.map(part => ({ ...part, amount: negative(part.amount) })),
  };
}

/** From the entries of one order. */
export function balanceOf(entries: Pick<JournalEntry, 'customer' | 'tax' | 'shipping' | 'parts'>[]): OrderBalance {
  const parts = new Map<string | null, number>();
  for (const part of entries.flatMap(entry => entry.parts)) {
    parts.set(part.seller_id, (parts.get(part.seller_id) ?? 0) + part.amount);
  }
  const total = (account: 'customer' | 'tax' | 'shipping') => entries.reduce((sum, entry) => sum + entry[account], 0);
  return {
    customer: total('customer'),
    tax: total('tax'),
    shipping: total('shipping'),
    parts: [...parts].map(([seller_id, amount]) => ({ seller_id, amount })),
  };
}

function about({ order_id, payment_id, gateway, currency }: Paid, kind: JournalEntry['kind']) {
  return { order_id, kind, ref_id: payment_id, gateway, currency };
}

const noSale = { sellers: 0, tax: 0, shipping: 0, parts: [] };

type Owed = { sellers: SellerPart[]; tax: number; shipping: number };

/** Credits: what is owed to sellers, to the state, and for the way there. */
function owed({ sellers, tax, shipping }: Owed, amount: number) {
  const goods = sellers.reduce((sum, part) => sum + part.amount, 0);
  assert.equal(goods + tax + shipping, amount, 'the parts of an amount sum to it');
  const parts = sellers.map(({ seller_id, amount }) => ({ seller_id, amount: negative(amount) }));
  return { sellers: negative(goods), tax: negative(tax), shipping: negative(shipping), parts };
}

/** Never −0, which is another value to whoever compares. */
function negative(amount: number): number {
  return amount === 0 ? 0 : -amount;
}

function fits(split: Split | null, left: OrderBalance): split is Split {
  if (split === null || split.tax > -left.tax || split.shipping > -left.shipping) return false;
  return split.sellers.every(({ seller_id, amount }) => {
    const part = left.parts.find(each => each.seller_id === seller_id);
    return part !== undefined && amount <= -part.amount;
  });
}

function spreadOverAll({ parts, tax, shipping }: OrderBalance, amount: number): Owed {
  const weights = [...parts.map(part => part.amount), tax, shipping].map(balance => Math.max(0, -balance));
  const shares = spread(amount, weights);
  return {
    sellers: parts.map(({ seller_id }, index) => ({ seller_id, amount: shares[index]! })),
    tax: shares.at(-2)!,
    shipping: shares.at(-1)!,
  };
}
