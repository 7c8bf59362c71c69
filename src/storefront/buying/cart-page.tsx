import type { Cart, Notice as CartNotice } from '#cart';
import type { CatalogProduct } from '#catalog';
import { Button, Key, LinkButton } from '#design/forms';
import { Icon } from '#design/icon';
import { Empty, Notice, Panel, Price, productPath, StockBadge } from '#design/parts';
import { Picture } from '#design/picture';
import { Shell } from '#design/shell';
import { useView } from '#design/view';
import { limits } from '#limits';
import { money as moneyOf } from '#platform/money';
import type { CartView } from './read-cart.ts';

/** Why the cart is as it was. */
export type CartProblem = 'quantity' | 'product' | 'soldOut' | 'full';

interface CartPageProps {
  view: CartView;
  problem: CartProblem | undefined;
  /** Products of an older order that could not be put in again. */
  gone: number | undefined;
  nextKey(): string;
}

/** The island sends changes at once and takes the part named `cart` from the answer. */
export function CartPage({ view, problem, gone, nextKey }: CartPageProps) {
  const { words } = useView();
  const { cart } = view;
  const units = (cart?.items ?? []).reduce((sum, { quantity }) => sum + quantity, 0);
  return (
    <Shell title={words.cart.title}>
      <div id="cart" data-island="swap" data-units={units} data-said={words.cart.updated}>
        <h1>{words.cart.title}</h1>
        <Problem problem={problem} />
        {gone !== undefined && (
          <Notice tone="careful" isNews>
            {words.cart.notAll(gone)}
          </Notice>
        )}
        {cart === null ? (
          <EmptyCart />
        ) : (
          <div class="split">
            <div>
              <Notices cart={cart} />
              <Lines view={view} cart={cart} nextKey={nextKey} />
              <ClearCart formKey={nextKey()} />
            </div>
            <Summary view={view} cart={cart} units={units} />
          </div>
        )}
      </div>
    </Shell>
  );
}

function Problem({ problem }: { problem: CartProblem | undefined }) {
  const { cart } = useView().words;
  const texts = { quantity: cart.badQuantity, product: cart.badProduct, soldOut: cart.soldOut, full: cart.full };
  if (problem === undefined) return null;
  return (
    <Notice tone="bad" isNews>
      {texts[problem]}
    </Notice>
  );
}

function EmptyCart() {
  const { words, to } = useView();
  const { cart } = words;
  return (
    <Empty icon="cart" title={cart.emptyTitle}>
      <p>{cart.emptyText}</p>
      <div class="button-row">
        <LinkButton href={to('/')}>{cart.browse}</LinkButton>
        <LinkButton href={to('/search')} kind="secondary" icon="search">
          {cart.searchAll}
        </LinkButton>
        <LinkButton href={to('/orders')} kind="secondary" icon="box">
          {cart.yourOrders}
        </LinkButton>
      </div>
    </Empty>
  );
}

function Notices({ cart }: { cart: Cart }) {
  const { words, money, currency } = useView();
  if (cart.notices.length === 0) return null;
  const titles = new Map(cart.items.map(({ product_id, title }) => [product_id, title]));
  const tell = ({ kind, product_id, from, to }: CartNotice) => {
    const title = titles.get(product_id) ?? words.cart.aProduct;
    if (kind === 'unavailable') return words.cart.unavailable(title);
    if (kind === 'quantity_reduced') return words.cart.reduced(title, from, to);
    const price = (amount: number) => money(moneyOf(amount, currency));
    return to > from
      ? words.cart.priceUp(title, price(from), price(to))
      : words.cart.priceDown(title, price(from), price(to));
  };
  return (
    <Notice tone="careful" isNews>
      <p>
        <strong>{words.cart.noticesTitle}</strong>
      </p>
      {cart.notices.map(notice => (
        <p key={`${notice.kind} ${notice.product_id}`}>{tell(notice)}</p>
      ))}
    </Notice>
  );
}

function Lines({ view, cart, nextKey }: { view: CartView; cart: Cart; nextKey(): string }) {
  const { words } = useView();
  return (
    <ul class="cart-lines" aria-label={words.cart.items}>
      {cart.items.map(item => (
        <li key={item.product_id} class="cart-line card">
          <Line
            item={item}
            product={view.products.get(item.product_id)}
            available={view.available.get(item.product_id) ?? 0}
            nextKey={nextKey}
          />
        </li>
      ))}
    </ul>
  );
}

interface LineProps {
  item: Cart['items'][number];
  product: CatalogProduct | undefined;
  available: number;
  nextKey(): string;
}

function Line({ item, product, available, nextKey }: LineProps) {
  const { words, to, money } = useView();
  const { title, quantity, price } = item;
  const isSold = product !== undefined && !product.deleted;
  const name = product?.title ?? title;
  return (
    <>
      <Picture url={product?.images[0]} alt="" sizes="(width < 48rem) 6rem, 8rem" />
      <div class="cart-line-text">
        <h2>{isSold ? <a href={to(productPath(product))}>{name}</a> : name}</h2>
        {isSold ? (
          <p class="button-row">
            <StockBadge product={{ in_stock: item.in_stock, available }} />
            {quantity > 1 && <span class="quiet">{words.cart.each(money(price))}</span>}
          </p>
        ) : (
          <p class="quiet">{words.cart.gone}</p>
        )}
        <div class="cart-line-forms">
          {isSold && <QuantityForm item={item} name={name} formKey={nextKey()} />}
          <form method="post" action={to(`/cart/items/${item.product_id}/remove`)}>
            <Key value={nextKey()} />
            <button type="submit" class="button-plain" aria-label={words.cart.removeOf(name)}>
              <Icon name="cross" /> {words.things.remove}
            </button>
          </form>
        </div>
      </div>
      <Price value={moneyOf(Math.min(price.amount * quantity, AMOUNT_MAX), price.currency)} />
    </>
  );
}

/** What a price can say at most: a line may hold more than anyone can order. */
const AMOUNT_MAX = 1_000_000_000_000;

function QuantityForm({ item, name, formKey }: { item: LineProps['item']; name: string; formKey: string }) {
  const { words, to } = useView();
  const id = `quantity-${item.product_id}`;
  return (
    <form class="quantity-form" method="post" action={to(`/cart/items/${item.product_id}`)}>
      <Key value={formKey} />
      <label for={id}>
        <span aria-hidden="true">{words.things.quantity}</span>
        <span class="hidden">{words.cart.quantityOf(name)}</span>
      </label>
      <input
        class="input"
        id={id}
        name="quantity"
        type="number"
        inputMode="numeric"
        required
        min={0}
        max={limits.cartQuantityMax}
        value={item.quantity}
        data-submits
      />
      <Button kind="secondary" label={words.cart.updateOf(name)}>
        {words.cart.update}
      </Button>
    </form>
  );
}

function ClearCart({ formKey }: { formKey: string }) {
  const { words, to } = useView();
  const { cart } = words;
  return (
    <details class="confirm">
      <summary>{cart.clear}</summary>
      <form method="post" action={to('/cart/clear')} class="button-row">
        <Key value={formKey} />
        <span>{cart.clearQuestion}</span>
        <Button kind="danger">{cart.clearYes}</Button>
      </form>
    </details>
  );
}

function Summary({ view, cart, units }: { view: CartView; cart: Cart; units: number }) {
  const { words, to, money } = useView();
  return (
    <aside class="split-sticky">
      <Panel title={words.cart.summary}>
        <div class="stack">
          <dl class="sums">
            <dt class="sums-total">{words.cart.itemsOf(units)}</dt>
            <dd class="sums-total">{money(cart.subtotal)}</dd>
          </dl>
          <ShippingHint view={view} cart={cart} />
          <p class="quiet">{words.cart.taxNote}</p>
          <LinkButton href={to('/checkout')} icon="lock">
            {words.cart.checkout}
          </LinkButton>
          <LinkButton href={to('/')} kind="secondary">
            {words.cart.continueShopping}
          </LinkButton>
        </div>
      </Panel>
    </aside>
  );
}

/** How far it is to a delivery that costs nothing. */
function ShippingHint({ view: { shipping, isPrime }, cart: { subtotal } }: { view: CartView; cart: Cart }) {
  const { words, money } = useView();
  if (shipping === undefined) return null;
  if (isPrime) return <Notice tone="good">{words.cart.freePrime}</Notice>;
  if (shipping.cost.amount === 0) return <Notice tone="good">{words.cart.freeReached}</Notice>;
  if (shipping.free_from === null) return null;
  const missing = moneyOf(shipping.free_from.amount - subtotal.amount, subtotal.currency);
  return (
    <>
      <Notice>{words.cart.freeMissing(money(missing))}</Notice>
      <progress class="bar" max={shipping.free_from.amount} value={subtotal.amount} aria-hidden="true" />
    </>
  );
}
