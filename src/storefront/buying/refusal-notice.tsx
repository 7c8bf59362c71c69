import type { Cart } from '#cart';
import type { Catalog } from '#catalog';
import { LinkButton } from '#design/forms';
import { Notice } from '#design/parts';
import { useView } from '#design/view';
import type { Money } from '#platform/money';
import type { Refusal } from '#platform/outcome';
import type { Words } from '../words/words.ts';
import { tellReason } from './decline-reason.ts';

/** A refusal of orders with the names that its words need. */
export interface Told {
  code: string;
  titles: Map<string, string>;
  detail: Detail;
}

/** What orders tell with a refusal: the contract says which of it comes with which code. */
interface Detail {
  lines?: { product_id: string; requested: number; available?: number; allowed?: number }[];
  cart?: Cart;
  price?: Money;
  reason?: string;
}

export async function tellRefusal(catalog: Catalog, refusal: Refusal<string>): Promise<Told> {
  const detail = (refusal.detail ?? {}) as Detail;
  const product_ids = (detail.lines ?? []).map(line => line.product_id);
  const products = product_ids.length === 0 ? [] : await catalog.getProducts({ product_ids });
  const titles = new Map(products.map(({ product_id, title }) => [product_id, title]));
  for (const { product_id, title } of detail.cart?.items ?? []) titles.set(product_id, title);
  return { code: refusal.code, titles, detail };
}

/** Why nothing was bought, in words, with the way on. `isHeld`: what was declined may be paid again. */
export function RefusalNotice({ told, isHeld = false }: { told: Told; isHeld?: boolean }) {
  const { words, to } = useView();
  const { checkout } = words;
  const { title, lines } = describe(useLines(), told, isHeld);
  const isOfCart = told.code === 'OUT_OF_STOCK' || told.code === 'LIMIT_PER_PERSON';
  return (
    <Notice tone={told.code === 'PRICE_CHANGED' ? 'careful' : 'bad'} isNews>
      <p>
        <strong>{title}</strong>
      </p>
      {lines.map(line => (
        <p key={line}>{line}</p>
      ))}
      {isOfCart && (
        <p class="notice-way">
          <LinkButton kind="secondary" href={to('/cart')}>
            {checkout.toCart}
          </LinkButton>
        </p>
      )}
    </Notice>
  );
}

interface Speech {
  words: Words;
  money(value: Money): string;
  currency: string;
}

function useLines(): Speech {
  const { words, money, currency } = useView();
  return { words, money, currency };
}

function describe(speech: Speech, told: Told, isHeld: boolean): { title: string; lines: string[] } {
  const { checkout } = speech.words;
  const { code, detail } = told;
  const nameOf = (id: string) => told.titles.get(id) ?? speech.words.cart.aProduct;
  switch (code) {
    case 'PRICE_CHANGED':
      return { title: checkout.priceChangedTitle, lines: pricesOf(speech, told, nameOf) };
    case 'OUT_OF_STOCK': {
      const lines = (detail.lines ?? []).map(line =>
        checkout.outOfStockLine(nameOf(line.product_id), line.requested, line.available ?? 0),
      );
      return { title: checkout.outOfStockTitle, lines };
    }
    case 'LIMIT_PER_PERSON': {
      const lines = (detail.lines ?? []).map(line => checkout.limitLine(nameOf(line.product_id), line.allowed ?? 0));
      return { title: checkout.limitTitle, lines };
    }
    case 'PAYMENT_DECLINED': {
      const reason = tellReason(speech.words, detail.reason);
      return {
        title: checkout.declinedTitle,
        lines: [reason, isHeld ? checkout.declinedHeld : checkout.declinedReleased],
      };
    }
    case 'CHECKOUT_SUPERSEDED':
      return { title: checkout.supersededTitle, lines: [checkout.supersededText] };
    case 'CHECKOUT_RELEASED':
      return { title: checkout.releasedTitle, lines: [checkout.releasedText] };
    case 'RESERVATION_EXPIRED':
      return { title: checkout.expiredTitle, lines: [checkout.expiredText] };
    default:
      return { title: checkout.declinedTitle, lines: [checkout.otherReason] };
  }
}

/** Of a cart: what it was and is, line by line; of buy-now: the one new price. */
function pricesOf({ words, money, currency }: Speech, { detail }: Told, nameOf: (id: string) => string): string[] {
  const { checkout } = words;
  if (detail.price !== undefined) return [checkout.newPrice(money(detail.price))];
  const changed = (detail.cart?.notices ?? []).filter(({ kind }) => kind === 'price_changed');
  const asMoney = (amount: number) => money({ amount, currency });
  const lines = changed.map(notice =>
    checkout.priceWas(nameOf(notice.product_id), asMoney(notice.from), asMoney(notice.to)),
  );
  return [...lines, checkout.priceChanged];
}
