import { Type } from 'typebox';
import type { CatalogProduct } from '#catalog';
import { Button, Field, Key, LinkButton } from '#design/forms';
import { Panel, productPath, StockLevel } from '#design/parts';
import { Picture } from '#design/picture';
import { formRoute, privatePage, type Rendered } from '#design/routes';
import { Shell } from '#design/shell';
import { useView } from '#design/view';
import { limits } from '#limits';
import { ordersContract } from '#orders';
import { type FieldErrors, type Fields, formReader } from '#platform/form';
import { edgeProblem } from '#platform/http';
import { isId } from '#platform/ids';
import { money as moneyOf } from '#platform/money';
import { Id, object } from '#platform/schema';
import { DeliveryFields } from '../buying/delivery-fields.tsx';
import { outsideOfCards } from '../buying/outside-of-cards.ts';
import { PayButton } from '../buying/pay-button.tsx';
import { PaymentFields } from '../buying/payment-fields.tsx';
import { readDelivery } from '../buying/read-delivery.ts';
import { type Quoted, readQuote } from '../buying/read-quote.ts';
import { type Buyer, readBuyer } from '../buying/read-shopper.ts';
import { RefusalNotice, type Told, tellRefusal } from '../buying/refusal-notice.tsx';
import { Sums } from '../buying/sums.tsx';
import { readPayment, readWays, type Way } from '../buying/ways-to-pay.ts';
import type { StorefrontDeps } from '../deps.ts';

const { refusals } = ordersContract;
const quantity = Type.Integer({ minimum: 1, maximum: limits.cartQuantityMax });
const query = Type.Object({ product_id: Type.String(), quantity: Type.Optional(quantity) });
const readWanted = formReader(
  object({ product_id: Id, quantity, expected_price: Type.Integer({ minimum: 0, maximum: 1_000_000_000_000 }) }),
);

/** From a product to its order on one page, past the cart. Nothing is held before it is paid. */
export function buyNowRoutes(deps: StorefrontDeps): void {
  const { site } = deps;
  const outside = outsideOfCards(site);
  privatePage(site, '/buy-now', { access: 'anyone', query, outside }, async ({ request, query: wanted }) => {
    const fields = { product_id: wanted.product_id, quantity: String(wanted.quantity ?? 1) };
    return buyNowPage(deps, { buyer: await readBuyer(deps, request), fields });
  });
  privatePage(site, '/buy-now/quote', { access: 'anyone' }, async ({ view }) => ({ redirect: view.to('/') }));
  formRoute(site, '/buy-now/quote', { access: 'person', idempotency: 'none', outside }, async ({ request, fields }) =>
    buyNowPage(deps, { buyer: await readBuyer(deps, request), fields }),
  );
  const options = { access: 'person', rateLimit: 'checkout', outside } as const;
  formRoute(site, '/buy-now', options, async ({ view, request, fields }) => {
    const buyer = await readBuyer(deps, request);
    const payment = readPayment(fields, await readWays(deps.payments, site), site);
    const read = readAll(fields, buyer, payment);
    if (!read.ok) return buyNowPage(deps, { buyer, fields, errors: read.errors, status: 400 });
    const { expected_price, ...wanted } = read.wanted;
    const placed = await deps.orders.buyNow({
      order_id: request.commandId,
      shopper: buyer.shopper,
      expected_price: moneyOf(expected_price, site.currency),
      ...wanted,
      ...read.delivery,
      payment: read.payment,
    });
    if (placed.ok) return { redirect: view.to(`/orders/${placed.value.order.order_id}?placed=1`) };
    if (placed.code === 'PRODUCT_NOT_FOUND') throw edgeProblem('NOT_FOUND');
    const told = await tellRefusal(deps.catalog, placed);
    return buyNowPage(deps, { buyer, fields, told, status: refusals[placed.code]!.status });
  });
}

function readAll(fields: Fields, buyer: Buyer, payment: ReturnType<typeof readPayment>) {
  const wanted = readWanted(fields);
  const delivery = readDelivery(fields, buyer);
  if (wanted.ok && delivery.ok && payment.ok) {
    return { ok: true as const, wanted: wanted.value, delivery: delivery.value.input, payment: payment.value };
  }
  const errors: FieldErrors = {
    ...(wanted.ok ? {} : wanted.errors),
    ...(delivery.ok ? {} : delivery.errors),
    ...(payment.ok ? {} : payment.errors),
  };
  return { ok: false as const, errors };
}

interface Asked {
  buyer: Buyer;
  fields: Fields;
  errors?: FieldErrors;
  told?: Told;
  status?: number;
}

async function buyNowPage(deps: StorefrontDeps, asked: Asked): Promise<Rendered> {
  const { buyer, fields, errors, told, status = 200 } = asked;
  const id = fields.product_id ?? '';
  const [product] = isId(id) ? await deps.catalog.getProducts({ product_ids: [id] }) : [];
  if (product === undefined || product.deleted) throw edgeProblem('NOT_FOUND');
  const [stock] = await deps.inventory.getAvailability({ product_ids: [id] });
  const units = unitsOf(fields);
  const [quoted, ways] = await Promise.all([
    readQuote(deps, { buyer, fields, product: { product_id: id, quantity: units } }),
    readWays(deps.payments, deps.site),
  ]);
  const page = { buyer, fields, errors, told, ways, quoted, product, units, available: stock?.available ?? 0 };
  return { status, body: <BuyNowPage {...page} formKey={deps.site.ids.next()} /> };
}

/** What can be priced, whatever was typed: the form says what is wrong with it. */
function unitsOf(fields: Fields): number {
  const units = Math.trunc(Number(fields.quantity));
  return Number.isFinite(units) ? Math.min(Math.max(units, 1), limits.cartQuantityMax) : 1;
}

interface BuyNowPageProps {
  buyer: Buyer;
  fields: Fields;
  errors: FieldErrors | undefined;
  told: Told | undefined;
  ways: Way[];
  quoted: Quoted;
  product: CatalogProduct;
  units: number;
  available: number;
  formKey: string;
}

function BuyNowPage(props: BuyNowPageProps) {
  const { buyer, fields, errors, told, ways, quoted, product, units, formKey } = props;
  const { words, to } = useView();
  const text = words.checkout;
  const page = `/buy-now?product_id=${product.product_id}&quantity=${units}`;
  return (
    <Shell title={text.buyNowTitle}>
      <h1>{text.buyNowTitle}</h1>
      {told !== undefined && <RefusalNotice told={told} />}
      <form
        class="split"
        method="post"
        action={to('/buy-now')}
        data-island="quote"
        data-quote={to('/buy-now/quote')}
        noValidate
      >
        <Key value={formKey} />
        <input type="hidden" name="product_id" value={product.product_id} />
        <input type="hidden" name="expected_price" value={product.price.amount} />
        <div class="stack">
          <Wanted {...props} />
          <DeliveryFields buyer={buyer} fields={fields} errors={errors} quote={quoted.quote} page={page} />
          <div class="panel">
            <PaymentFields fields={fields} errors={errors} ways={ways} />
          </div>
        </div>
        <aside class="split-sticky">
          <Summary quoted={quoted} product={product} />
        </aside>
      </form>
    </Shell>
  );
}

function Wanted({ product, fields, errors, available }: BuyNowPageProps) {
  const { words, to, money } = useView();
  return (
    <section class="panel wanted" aria-label={product.title}>
      <Picture url={product.images[0]} alt="" sizes="(width < 48rem) 6rem, 8rem" isFirst />
      <div class="stack">
        <h2>
          <a href={to(productPath(product))}>{product.title}</a>
        </h2>
        <p class="button-row">
          <span class="price">{money(product.price)}</span>
          <StockLevel available={available} />
        </p>
        <Field
          name="quantity"
          type="number"
          label={words.checkout.quantity}
          value={fields.quantity}
          errors={errors}
          required
          more={{ min: 1, max: product.max_per_person ?? limits.cartQuantityMax, inputMode: 'numeric' }}
        />
      </div>
    </section>
  );
}

function Summary({ quoted: { totals, isTaxKnown }, product }: { quoted: Quoted; product: CatalogProduct }) {
  const { words, to } = useView();
  const text = words.checkout;
  return (
    <Panel title={text.summary}>
      <div class="stack">
        <div id="totals" class="stack" aria-live="polite">
          {totals !== undefined && <Sums totals={totals} isTaxKnown={isTaxKnown} />}
        </div>
        <PayButton>{text.buy}</PayButton>
        <Button kind="secondary" formAction={to('/buy-now/quote')}>
          {text.showTotals}
        </Button>
        <LinkButton kind="plain" href={to(productPath(product))}>
          {words.things.cancel}
        </LinkButton>
      </div>
    </Panel>
  );
}
