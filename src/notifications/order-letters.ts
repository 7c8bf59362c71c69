import type { Shipment } from '#fulfillment';
import type { OrderDelivery } from '#orders';
import type { Payment } from '#payments';
import { formatMoney, type Money, money } from '#platform/money';
import type { Letter } from './render-letter.ts';

/** What a shopper is told of an order, in words. Each is pure: what it needs to know is given. */

export function orderConfirmed(order: OrderDelivery, shop: string): Letter {
  const express = order.shipping_method === 'express' ? ' by express' : '';
  return {
    ...about(order, shop),
    subject: `Your order ${nameOf(order)} is confirmed`,
    paragraphs: [
      `Thank you for your order ${order.order_id}. It is paid, and we are packing it now.`,
      `We send it${express} to ${placeOf(order)}, and write again when it leaves.`,
    ],
    ...bill(order),
  };
}

export function orderShipped(order: OrderDelivery, shipments: Shipment[], shop: string): Letter {
  const leaving = shipments.filter(({ status }) => status !== 'cancelled');
  const count = leaving.length === 1 ? 'one parcel' : `${leaving.length} parcels`;
  return {
    ...about(order, shop),
    subject: `Your order ${nameOf(order)} is on its way`,
    paragraphs: [
      `Your order ${order.order_id} has left us in ${count}, to ${placeOf(order)}.`,
      ...leaving.filter(({ tracking_number }) => tracking_number !== null).map(trackingOf),
    ],
    items: bill(order).items,
  };
}

export function orderDelivered(order: OrderDelivery, shop: string): Letter {
  return {
    ...about(order, shop),
    subject: `Your order ${nameOf(order)} has arrived`,
    paragraphs: [
      `Your order ${order.order_id} has been delivered. We hope that you like it.`,
      'If something is missing or broken, answer this mail and name the order.',
    ],
    items: bill(order).items,
  };
}

export function paymentFailed(order: OrderDelivery, reason: string, shop: string): Letter {
  return {
    ...about(order, shop),
    subject: `The payment of your order ${nameOf(order)} did not go through`,
    paragraphs: [
      `We could not take ${formatMoney(order.total)} for your order ${order.order_id}: ${inWords(reason)}`,
      'Nothing was taken from your account, and nothing will be sent. Another card or method may work.',
    ],
    ...bill(order),
  };
}

export function orderCancelled(order: OrderDelivery, payment: Payment | undefined, shop: string): Letter {
  const captured = payment?.captured ?? 0;
  const amount = captured > 0 ? formatMoney(money(captured, payment!.currency)) : null;
  return {
    ...about(order, shop),
    subject: `Your order ${nameOf(order)} is cancelled`,
    paragraphs: [
      `Your order ${order.order_id} has been cancelled, and nothing will be sent.`,
      amount === null
        ? 'Nothing was taken from your account.'
        : `The ${amount} that you paid go back to you the way they came. Banks take a few days for it.`,
    ],
    ...bill(order),
  };
}

export function orderRefunded(order: OrderDelivery, amount: Money, shop: string): Letter {
  return {
    ...about(order, shop),
    subject: `A refund of ${formatMoney(amount)} for your order ${nameOf(order)}`,
    paragraphs: [
      `We have given back ${formatMoney(amount)} for your order ${order.order_id}, the way you paid.`,
      'Banks take a few days to show it.',
    ],
  };
}

/** Ids begin with the time; their end tells two orders of a day apart, and is short enough for a subject. */
function nameOf({ order_id }: OrderDelivery): string {
  return order_id.slice(-8).toUpperCase();
}

/** The link carries the access token: a guest has no other way in, and a user may have no session there. */
function about({ order_id, access_token, shipping_address: address }: OrderDelivery, shop: string) {
  const url = `${shop}/orders/${order_id}?access=${encodeURIComponent(access_token)}`;
  return { name: address?.name ?? null, link: { label: 'See your order', url } };
}

function bill({ items, total }: OrderDelivery) {
  return {
    items: items.map(({ title, quantity, subtotal }) => ({ title, quantity, amount: formatMoney(subtotal) })),
    sums: [{ label: 'Total, with shipping and tax', amount: formatMoney(total) }],
  };
}

function placeOf({ shipping_address: address }: OrderDelivery): string {
  return address === null ? 'your address' : `${address.line1}, ${address.postal_code} ${address.city}`;
}

function trackingOf({ carrier, tracking_number }: Shipment): string {
  return `Tracking number${carrier === null ? '' : ` at ${carrier}`}: ${tracking_number}`;
}

const REASONS: Record<string, string> = {
  insufficient_funds: 'the account does not hold enough.',
  capture_failed: 'the bank agreed at first and then did not pay.',
  expired_card: 'the card has expired.',
  incorrect_cvc: 'the security code of the card was not right.',
  incorrect_number: 'the number of the card was not right.',
  processing_error: 'the bank could not work on it; a second try may well succeed.',
  authentication_failed: 'it was not approved by its owner.',
  authentication_required: 'it was not confirmed at the bank.',
  challenge_declined: 'it was not confirmed at the bank.',
  not_completed: 'it was not confirmed at the bank in time.',
  gateway_unavailable: 'the payment provider did not answer, so nothing was sent to it.',
  RESERVATION_EXPIRED: 'it took so long that the goods went back on the shelf.',
  OUT_OF_STOCK: 'the goods were gone before the payment came.',
};

function inWords(reason: string): string {
  return Object.hasOwn(REASONS, reason) ? REASONS[reason]! : 'the payment was declined.';
}
