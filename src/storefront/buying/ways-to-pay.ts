import type { OfferedMethod, PaymentInput, Payments } from '#payments';
import type { Fields, FormRead } from '#platform/form';
import { readTestCard } from './test-cards.ts';

/** A way to pay as the page offers it. `id` is its value in the form. */
export interface Way extends OfferedMethod {
  id: string;
  /** False where another one answers and this one doesn't. */
  isOpen: boolean;
}

/** What the pages know of the shop that decides which forms they have. */
interface Terms {
  isProduction: boolean;
  /** Absent: nobody can type a card of Stripe's here. */
  stripeKey: string | undefined;
}

/** How a gateway is paid from these pages. */
interface GatewayForm {
  /** Whether its component in `payment-fields.tsx` can be shown for this method. */
  isOffered(method: Way['method'], terms: Terms): boolean;
  /** What it is sent for the means of payment; undefined where its fields don't say. */
  readToken(fields: Fields, asked: { method: Way['method']; isProduction: boolean }): string | undefined;
  /** Of the field that is wrong then. */
  field: string;
}

/** A gateway without an entry has no form on these pages, and is not offered. */
const forms: Record<string, GatewayForm> = {
  simulator: {
    isOffered: () => true,
    readToken: (fields, { method, isProduction }) => readTestCard(fields, !isProduction && method !== 'bank_transfer'),
    field: 'method',
  },
  paypal: { isOffered: () => true, readToken: () => 'paypal', field: 'method' },
  stripe: {
    // Its wallets are buttons of their own, which these pages don't have.
    isOffered: (method, { stripeKey }) => method === 'card' && stripeKey !== undefined,
    readToken: fields => /^pm_\w{1,255}$/.exec(fields.stripe_token ?? '')?.[0],
    field: 'stripe_token',
  },
};

/** Best first, as the payments offer them. */
export async function readWays(payments: Pick<Payments, 'listMethods'>, terms: Terms): Promise<Way[]> {
  const offered = (await payments.listMethods({})).filter(
    ({ method, gateway }) => Object.hasOwn(forms, gateway) && forms[gateway]!.isOffered(method, terms),
  );
  const isAnyAvailable = offered.some(way => way.is_available);
  return offered.map(way => ({
    ...way,
    id: `${way.method}/${way.gateway}`,
    isOpen: way.is_available || !isAnyAvailable,
  }));
}

/** What pays; wrong is what we don't offer, and a form that was not filled in. A method alone is the best way of it. */
export function readPayment(fields: Fields, ways: Way[], { isProduction }: Terms): FormRead<PaymentInput> {
  const way = ways.find(({ id, method }) => fields.method === id || fields.method === method);
  if (way === undefined) return { ok: false, errors: { method: 'required' } };
  const { method, gateway } = way;
  const { readToken, field } = forms[gateway]!;
  const token = readToken(fields, { method, isProduction });
  return token === undefined
    ? { ok: false, errors: { [field]: 'required' } }
    : { ok: true, value: { method, gateway, token } };
}
