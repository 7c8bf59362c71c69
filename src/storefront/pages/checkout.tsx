import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { Button, Key, LinkButton } from '#design/forms';
import { Empty, Panel } from '#design/parts';
import { formRoute, privatePage, type Rendered } from '#design/routes';
import { Shell } from '#design/shell';
import { useView } from '#design/view';
import { type CheckoutInput, ordersContract } from '#orders';
import type { FieldErrors, Fields } from '#platform/form';
import { personOf } from '#platform/identity';
import { derivedId, isId } from '#platform/ids';
import { DeliveryFields } from '../buying/delivery-fields.tsx';
import { ItemList, type Pictures } from '../buying/item-list.tsx';
import { fieldsOf, readDelivery } from '../buying/read-delivery.ts';
import { readPictures } from '../buying/read-pictures.ts';
import { type Quoted, readQuote } from '../buying/read-quote.ts';
import { type Buyer, readBuyer } from '../buying/read-shopper.ts';
import { RefusalNotice, type Told, tellRefusal } from '../buying/refusal-notice.tsx';
import { Steps } from '../buying/steps.tsx';
import { Sums } from '../buying/sums.tsx';
import type { StorefrontDeps } from '../deps.ts';

const { refusals } = ordersContract;
const query = Type.Object({ from: Type.Optional(Type.String()) });

/** Address and delivery, with tax and total at once. Sent, it holds the goods and leads to the payment. */
export function checkoutRoutes(deps: StorefrontDeps): void {
  const { site, orders, accounts, catalog } = deps;
  privatePage(site, '/checkout', { access: 'anyone', query }, async ({ request, query: { from } }) => {
    const buyer = await readBuyer(deps, request);
    const entered = from === undefined ? undefined : await readEntered(deps, request, from);
    return checkoutPage(deps, { buyer, fields: entered === undefined ? {} : fieldsOf(entered, buyer.saved) });
  });
  privatePage(site, '/checkout/quote', { access: 'anyone' }, async ({ view }) => ({ redirect: view.to('/checkout') }));

  // A look at the sums for what is in the form; nothing is held by it.
  formRoute(site, '/checkout/quote', { access: 'person', idempotency: 'none' }, async ({ request, fields }) =>
    checkoutPage(deps, { buyer: await readBuyer(deps, request), fields }),
  );

  formRoute(site, '/checkout', { access: 'person', rateLimit: 'checkout' }, async ({ view, request, fields }) => {
    const buyer = await readBuyer(deps, request);
    const read = readDelivery(fields, buyer);
    if (!read.ok) return checkoutPage(deps, { buyer, fields, errors: read.errors, status: 400 });
    const { input, toSave } = read.value;
    const { commandId: checkout_id } = request;
    const made = await orders.createCheckout({ checkout_id, shopper: buyer.shopper, ...input });
    if (!made.ok) {
      const { status } = refusals[made.code]!;
      return checkoutPage(deps, { buyer, fields, told: await tellRefusal(catalog, made), status });
    }
    if (toSave !== undefined && buyer.shopper.kind === 'user') {
      // With fifty kept there is no room for another; that is no reason not to sell.
      const address_id = derivedId(checkout_id, 'address');
      await accounts.addAddress({ address_id, user_id: buyer.shopper.person_id, address: toSave });
    }
    return { redirect: view.to(`/checkout/${checkout_id}`) };
  });
}

/** What was entered for an earlier checkout of this person. */
async function readEntered(
  { orders }: StorefrontDeps,
  { caller }: FastifyRequest,
  checkoutId: string,
): Promise<Static<typeof CheckoutInput> | undefined> {
  const person_id = personOf(caller);
  if (person_id === null || !isId(checkoutId)) return undefined;
  return (await orders.getCheckoutEntry({ checkout_id: checkoutId, person_id }))?.entered;
}

interface Asked {
  buyer: Buyer;
  fields: Fields;
  errors?: FieldErrors;
  told?: Told;
  status?: number;
}

async function checkoutPage(
  deps: StorefrontDeps,
  { buyer, fields, errors, told, status = 200 }: Asked,
): Promise<Rendered> {
  const quoted = await readQuote(deps, { buyer, fields });
  if (quoted.told?.code === 'CART_EMPTY') return { status, body: <NothingToBuy /> };
  const pictures = await readPictures(deps.catalog, quoted.quote?.items.map(item => item.product_id) ?? []);
  const page = { buyer, fields, errors, quoted, pictures, told: told ?? quoted.told };
  return { status, body: <CheckoutPage {...page} formKey={deps.site.ids.next()} /> };
}

function NothingToBuy() {
  const { words, to } = useView();
  return (
    <Shell title={words.checkout.title} width="narrow">
      <Empty icon="cart" title={words.checkout.emptyTitle}>
        <p>{words.checkout.emptyText}</p>
        <LinkButton href={to('/')}>{words.cart.browse}</LinkButton>
      </Empty>
    </Shell>
  );
}

interface CheckoutPageProps {
  buyer: Buyer;
  fields: Fields;
  errors: FieldErrors | undefined;
  quoted: Quoted;
  pictures: Pictures;
  told: Told | undefined;
  formKey: string;
}

function CheckoutPage({ buyer, fields, errors, quoted, pictures, told, formKey }: CheckoutPageProps) {
  const { words, to } = useView();
  const { checkout } = words;
  return (
    <Shell title={checkout.title}>
      <h1>{checkout.title}</h1>
      <Steps step="address" />
      {told !== undefined && <RefusalNotice told={told} />}
      <form
        class="split"
        method="post"
        action={to('/checkout')}
        data-island="quote"
        data-quote={to('/checkout/quote')}
        noValidate
      >
        <Key value={formKey} />
        <div class="stack">
          <DeliveryFields buyer={buyer} fields={fields} errors={errors} quote={quoted.quote} page="/checkout" />
        </div>
        <aside class="split-sticky">
          <Summary quoted={quoted} pictures={pictures} />
        </aside>
      </form>
    </Shell>
  );
}

function Summary({ quoted: { quote, totals, isTaxKnown }, pictures }: { quoted: Quoted; pictures: Pictures }) {
  const { words, to } = useView();
  const { checkout } = words;
  return (
    <Panel title={checkout.summary}>
      <div class="stack">
        {quote !== undefined && <ItemList items={quote.items} pictures={pictures} />}
        <div id="totals" class="stack" aria-live="polite">
          {totals !== undefined && <Sums totals={totals} isTaxKnown={isTaxKnown} />}
        </div>
        {totals === undefined ? (
          <LinkButton href={to('/cart')}>{checkout.toCart}</LinkButton>
        ) : (
          <>
            <Button icon="lock">{checkout.toPayment}</Button>
            <Button kind="secondary" formAction={to('/checkout/quote')}>
              {checkout.showTotals}
            </Button>
            <p class="quiet">{checkout.holdNote}</p>
            <a class="text-link" href={to('/cart')}>
              {checkout.backToCart}
            </a>
          </>
        )}
      </div>
    </Panel>
  );
}
