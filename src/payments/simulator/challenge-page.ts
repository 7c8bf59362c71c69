import { formatMoney } from '#platform/money';
import type { Charge } from './books-store.ts';

/** Stands for the page of the card's bank in 3-D Secure: plain HTML, without scripts. */
export function challengePage(charge: Charge, returnUrl: string | null): string {
  const price = escaped(formatMoney({ amount: charge.amount, currency: charge.currency }));
  if (charge.state !== 'requires_action') {
    const back = returnUrl === null ? '' : `<p><a href="${escaped(returnUrl)}">Back to the shop</a></p>`;
    const said = charge.state === 'failed' || charge.state === 'voided' ? 'was not confirmed' : 'is confirmed';
    return page(`<h1>The payment of ${price} ${said}</h1>${back}`);
  }
  return page(`<h1>Confirm a payment of ${price}</h1>
    <p>This page of the payment simulator stands for the one of your bank.</p>
    <form method="post">
      <button name="answer" value="confirm">Confirm</button>
      <button name="answer" value="decline">Decline</button>
    </form>`);
}

function page(body: string): string {
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Payment simulator</title>
<style>body { font: 1.1rem/1.5 system-ui; max-width: 32rem; margin: 4rem auto; padding: 0 1rem }
button { font: inherit; padding: .5rem 1.5rem; margin-right: .5rem }</style>
<body>${body}</body></html>`;
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}
