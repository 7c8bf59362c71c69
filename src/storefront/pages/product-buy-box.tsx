import type { CatalogProduct } from '#catalog';
import { Button, Select } from '#design/forms';
import { Icon } from '#design/icon';
import { Badge, Price, Stars, StockLevel } from '#design/parts';
import { useView } from '#design/view';
import { arrivalWindow, type ShippingOffer } from '#orders';

/** More of them than this are ordered from the cart. */
const UNITS_OFFERED_MAX = 10;
/** Catalogues of technical things write the whole data sheet into the title. */
const LONG_TITLE = 90;

export interface BuyBoxProps {
  product: CatalogProduct;
  available: number;
  offers: ShippingOffer[];
  /** The time of rendering, from which the days of delivery are counted. */
  nowMs: number;
  hasAlternatives: boolean;
}

/** What decides: the name, the price, when it comes, from whom, and the buttons. */
export function ProductHead({ product }: { product: CatalogProduct }) {
  const { words, to } = useView();
  const { brand, review_count: count } = product;
  return (
    <header class="product-head">
      {brand !== null && <p class="product-brand">{brand}</p>}
      <h1 class={product.title.length > LONG_TITLE ? 'product-title-long' : undefined}>{product.title}</h1>
      {count > 0 ? (
        <a class="product-rating" href="#reviews">
          <Stars rating={product.rating} />
          <span>{words.product.toReviews(count)}</span>
        </a>
      ) : (
        <a class="product-rating" href={to(`/p/${product.product_id}/review`)}>
          {words.product.beFirst}
        </a>
      )}
    </header>
  );
}

export function BuyBox(props: BuyBoxProps) {
  const { product, available, offers, nowMs } = props;
  const { words } = useView();
  return (
    <section class="panel buy-box" aria-label={words.product.buyBox}>
      <div class="buy-price">
        <Price value={product.price} />
        <StockLevel available={available} />
        {product.prime && <Badge tone="door">{words.things.prime}</Badge>}
      </div>
      {available > 0 ? (
        <>
          <Delivery offers={offers} nowMs={nowMs} isPrime={product.prime} />
          <BuyForm product={product} />
        </>
      ) : (
        <SoldOut hasAlternatives={props.hasAlternatives} />
      )}
      <SoldBy seller={product.seller} />
    </section>
  );
}

function Delivery({ offers, nowMs, isPrime }: { offers: ShippingOffer[]; nowMs: number; isPrime: boolean }) {
  const { words } = useView();
  return (
    <div class="delivery">
      <Icon name="truck" />
      <ul class="plain" aria-label={words.product.delivery}>
        {offers.map(offer => (
          <Offer key={offer.method} offer={offer} nowMs={nowMs} />
        ))}
        {isPrime && <li class="quiet">{words.things.primeNote}</li>}
      </ul>
    </div>
  );
}

function Offer({ offer, nowMs }: { offer: ShippingOffer; nowMs: number }) {
  const { words, money, days } = useView();
  const { from, to } = arrivalWindow(nowMs, offer);
  const isFree = offer.cost.amount === 0;
  return (
    <li>
      <strong>{words.product.arrives(days(from, to))}</strong>
      <br />
      <span class="quiet">
        {words.things.shippingMethods[offer.method]}, {isFree ? words.product.shippingFree : money(offer.cost)}
        {!isFree && offer.free_from !== null && ` (${words.product.shippingFreeFrom(money(offer.free_from))})`}
      </span>
    </li>
  );
}

function BuyForm({ product }: { product: CatalogProduct }) {
  const { words, to, number } = useView();
  const { product_id, max_per_person: limit } = product;
  const most = Math.min(UNITS_OFFERED_MAX, limit ?? UNITS_OFFERED_MAX);
  const options = Array.from({ length: most }, (_, i) => ({ value: String(i + 1), label: number(i + 1) }));
  return (
    <form
      class="stack buy-form"
      method="post"
      action={to('/cart/items')}
      data-island="add-to-cart"
      data-out-of-stock={words.product.outOfStock}
      data-cart-full={words.product.cartFull}
    >
      <input type="hidden" name="product_id" value={product_id} />
      <Select
        name="quantity"
        label={words.things.quantity}
        options={options}
        value="1"
        required
        hint={limit === null ? undefined : words.product.perPerson(limit)}
      />
      <Button icon="cart">{words.things.addToCart}</Button>
      <Button kind="secondary" formAction={to('/buy-now')} formMethod="get">
        {words.things.buyNow}
      </Button>
    </form>
  );
}

function SoldOut({ hasAlternatives }: { hasAlternatives: boolean }) {
  const { things, product } = useView().words;
  return (
    <div class="stack buy-form">
      <p>{hasAlternatives ? product.soldOutText : product.soldOutAlone}</p>
      <Button icon="cart" disabled>
        {things.addToCart}
      </Button>
      <Button kind="secondary" disabled>
        {things.buyNow}
      </Button>
    </div>
  );
}

function SoldBy({ seller }: { seller: CatalogProduct['seller'] }) {
  const { words, to } = useView();
  return (
    <p class="sold-by">
      <Icon name="seller" />
      <span>
        {words.product.soldBy} <a href={to(`/sellers/${seller.seller_id}`)}>{seller.name}</a>
      </span>
    </p>
  );
}
