import type { FastifyRequest } from 'fastify';
import { AddressLines } from '#design/address-lines';
import { Key, LinkButton } from '#design/forms';
import { Icon } from '#design/icon';
import { Panel } from '#design/parts';
import { formRoute, privatePage, type Redirect, type Rendered } from '#design/routes';
import { Shell } from '#design/shell';
import { useView, type View } from '#design/view';
import { type Checkout, ordersContract } from '#orders';
import type { FieldErrors, Fields } from '#platform/form';
import { edgeProblem } from '#platform/http';
import { personOf } from '#platform/identity';
import { params } from '#platform/schema';
import { ItemList, type Pictures } from '../buying/item-list.tsx';
import { outsideOfCards } from '../buying/outside-of-cards.ts';
import { PayButton } from '../buying/pay-button.tsx';
import { PaymentFields } from '../buying/payment-fields.tsx';
import { readPictures } from '../buying/read-pictures.ts';
import { RefusalNotice, type Told, tellRefusal } from '../buying/refusal-notice.tsx';
import { Steps } from '../buying/steps.tsx';
import { Sums } from '../buying/sums.tsx';
import { readPayment, readWays, type Way } from '../buying/ways-to-pay.ts';
import type { StorefrontDeps } from '../deps.ts';

const { refusals } = ordersContract;

/** The second half of the checkout: everything is frozen and held, and one click pays it. */
export function payRoutes(deps: StorefrontDeps): void {
  const { site, orders, shopperOf, catalog } = deps;
  const options = { access: 'person', params: params('checkout_id'), outside: outsideOfCards(site) } as const;
  privatePage(site, '/checkout/:checkout_id', options, ({ view, request, params }) =>
    payPage(deps, { view, request, ...params }),
  );
  privatePage(site, '/checkout/:checkout_id/pay', options, async ({ view, params }) => ({
    redirect: view.to(`/checkout/${params.checkout_id}`),
  }));

  formRoute(site, '/checkout/:checkout_id/pay', options, async ({ view, request, fields, params }) => {
    const asked = { view, request, fields, ...params };
    const ways = await readWays(deps.payments, site);
    const read = readPayment(fields, ways, site);
    if (!read.ok) return payPage(deps, { ...asked, errors: read.errors, status: 400 });
    // Sent twice, it is the key that makes it one order; with another key, the checkout does.
    const input = { order_id: request.commandId, shopper: shopperOf(request), payment: read.value, ...params };
    const placed = await orders.placeOrder(input);
    if (placed.ok) return { redirect: view.to(`/orders/${placed.value.order.order_id}?placed=1`) };
    if (placed.code === 'CHECKOUT_NOT_FOUND') throw edgeProblem('NOT_FOUND');
    const told = await tellRefusal(catalog, placed);
    return payPage(deps, { ...asked, told, status: refusals[placed.code]!.status });
  });
}

interface Asked {
  view: View;
  request: FastifyRequest;
  checkout_id: string;
  fields?: Fields;
  errors?: FieldErrors;
  told?: Told;
  status?: number;
}

async function payPage(deps: StorefrontDeps, asked: Asked): Promise<Rendered | Redirect> {
  const { orders, catalog, clock, site } = deps;
  const { view, request, checkout_id, fields = {}, errors, told, status = 200 } = asked;
  const own = { checkout_id, person_id: personOf(request.caller)! };
  const entry = await orders.getCheckoutEntry(own);
  if (entry === null) throw edgeProblem('NOT_FOUND');
  if (entry.order_id !== null) return { redirect: view.to(`/orders/${entry.order_id}`) };
  const found = await orders.getCheckout(own);
  if (!found.ok) {
    const ended = refusals[found.code]!.status;
    const why = told ?? (await tellRefusal(catalog, found));
    return { status: told === undefined ? ended : status, body: <EndedPage checkoutId={checkout_id} told={why} /> };
  }
  const checkout = found.value;
  const pictures = await readPictures(
    catalog,
    checkout.items.map(item => item.product_id),
  );
  const minutes = minutesLeft(checkout, clock.nowMs());
  const ways = await readWays(deps.payments, site);
  const page = { checkout, pictures, minutes, fields, errors, told, ways, formKey: site.ids.next() };
  return { status, body: <PayPage {...page} /> };
}

function minutesLeft({ reservation }: Checkout, nowMs: number): number {
  return Math.max(1, Math.ceil((Date.parse(reservation.expires_at) - nowMs) / 60_000));
}

/** Why this checkout can't be paid any more, and the way to another with all that was entered. */
function EndedPage({ checkoutId, told }: { checkoutId: string; told: Told }) {
  const { words, to } = useView();
  const { checkout } = words;
  return (
    <Shell title={checkout.payTitle} width="narrow">
      <h1>{checkout.payTitle}</h1>
      <RefusalNotice told={told} />
      <div class="button-row">
        <LinkButton href={to(`/checkout?from=${checkoutId}`)}>{checkout.checkoutAgain}</LinkButton>
        <LinkButton kind="secondary" href={to('/cart')}>
          {checkout.backToCart}
        </LinkButton>
      </div>
    </Shell>
  );
}

interface PayPageProps {
  checkout: Checkout;
  pictures: Pictures;
  minutes: number;
  fields: Fields;
  errors: FieldErrors | undefined;
  told: Told | undefined;
  ways: Way[];
  formKey: string;
}

function PayPage(props: PayPageProps) {
  const { checkout, pictures, minutes, fields, errors, told, ways, formKey } = props;
  const { words, to, money } = useView();
  const text = words.checkout;
  const back = to(`/checkout?from=${checkout.checkout_id}`);
  return (
    <Shell title={text.payTitle}>
      <h1>{text.payTitle}</h1>
      <Steps step="pay" back={back} />
      {told !== undefined && <RefusalNotice told={told} isHeld />}
      <div class="split">
        <div class="stack">
          <Delivery checkout={checkout} back={back} />
          <form id="pay" class="panel" method="post" action={to(`/checkout/${checkout.checkout_id}/pay`)}>
            <Key value={formKey} />
            <PaymentFields fields={fields} errors={errors} ways={ways} />
          </form>
        </div>
        <aside class="split-sticky">
          <Panel title={text.summary}>
            <div class="stack">
              <ItemList items={checkout.items} pictures={pictures} />
              <Sums totals={checkout} />
              <Hold checkout={checkout} minutes={minutes} back={back} />
              <PayButton form="pay">{text.pay(money(checkout.total))}</PayButton>
            </div>
          </Panel>
        </aside>
      </div>
    </Shell>
  );
}

function Delivery({ checkout, back }: { checkout: Checkout; back: string }) {
  const { words } = useView();
  const { shipping_address: shipping, billing_address: billing, shipping_method: method } = checkout;
  const isSame = JSON.stringify(shipping) === JSON.stringify(billing);
  return (
    <Panel title={words.checkout.stepAddress}>
      <div class="address-pair">
        <div>
          <h3>{words.checkout.shipTo}</h3>
          <AddressLines address={shipping} />
        </div>
        <div>
          <h3>{words.checkout.billTo}</h3>
          {isSame ? <p>{words.checkout.billingIsSame}</p> : <AddressLines address={billing} />}
        </div>
        <div>
          <h3>{words.checkout.shipping}</h3>
          <p>{words.things.shippingMethods[method]}</p>
        </div>
      </div>
      <LinkButton kind="secondary" href={back}>
        {words.checkout.changeAddress}
      </LinkButton>
    </Panel>
  );
}

/** How long the goods are held. The island counts, and says it aloud at five minutes, at one, and at the end. */
function Hold({ checkout, minutes, back }: { checkout: Checkout; minutes: number; back: string }) {
  const { words } = useView();
  const text = words.checkout;
  return (
    <div
      class="hold"
      data-island="hold"
      data-until={checkout.reservation.expires_at}
      data-held={text.held('{left}')}
      data-at5={text.minutesLeft(5)}
      data-at1={text.minutesLeft(1)}
      data-over={text.holdOver}
    >
      <p>
        <Icon name="clock" /> <span data-hold="text">{text.minutesLeft(minutes)}</span>
      </p>
      <p class="hidden" data-hold="said" aria-live="polite" />
      <a class="text-link" data-hold="again" href={back} hidden>
        {text.holdAgain}
      </a>
    </div>
  );
}
