import { type Static, Type } from 'typebox';
import type { SavedAddress } from '#accounts';
import { CheckoutInput, type ShippingMethod } from '#orders';
import type { Address } from '#platform/address';
import { type FieldErrors, type Fields, type FormRead, formReader } from '#platform/form';
import { readAddress } from '../address-form.tsx';
import type { Buyer } from './read-shopper.ts';

/** The radio button for an address that is typed in. */
export const NEW_ADDRESS = 'new';
export const BILLING = 'billing_';

export interface Delivery {
  input: Static<typeof CheckoutInput>;
  /** Typed in, and to be kept for the next time. */
  toSave: Address | undefined;
}

const readEmail = formReader(Type.Required(Type.Pick(CheckoutInput, ['email'])));

/** Where it goes and how, as a form of a checkout or of buy-now has sent it. */
export function readDelivery(fields: Fields, { shopper, saved }: Buyer): FormRead<Delivery> {
  const email = shopper.email === null ? readEmail(fields) : undefined;
  const shipping = readShipTo(fields, saved);
  const billing = fields.other_billing === 'on' ? readAddress(fields, BILLING) : undefined;
  const errors: FieldErrors = Object.assign({}, ...[email, shipping, billing].map(read => errorsOf(read)));
  if (!shipping.ok || Object.keys(errors).length > 0) return { ok: false, errors };
  const input: Delivery['input'] = {
    shipping_address: shipping.value,
    shipping_method: methodOf(fields),
    ...(billing?.ok && { billing_address: billing.value }),
    ...(email?.ok && email.value),
  };
  const toSave = fields.save_address === 'on' && isNew(fields, saved) ? shipping.value : undefined;
  return { ok: true, value: { input, toSave } };
}

function errorsOf(read: FormRead<unknown> | undefined): FieldErrors {
  return read === undefined || read.ok ? {} : read.errors;
}

function readShipTo(fields: Fields, saved: SavedAddress[]): FormRead<Address> {
  if (isNew(fields, saved)) return readAddress(fields);
  const chosen = chosenAddress(fields, saved);
  return chosen === undefined ? { ok: false, errors: { address: 'invalid' } } : { ok: true, value: chosen };
}

/** Whether the address is typed in: the only way where none is kept. */
export function isNew(fields: Fields, saved: SavedAddress[]): boolean {
  return saved.length === 0 || fields.address === NEW_ADDRESS;
}

/** The kept address that was chosen, without its id: the first one until another is. */
function chosenAddress(fields: Fields, saved: SavedAddress[]): Address | undefined {
  const wanted = fields.address ?? saved[0]?.address_id;
  const found = saved.find(({ address_id }) => address_id === wanted);
  if (found === undefined) return undefined;
  const { address_id: _, ...address } = found;
  return address;
}

export function methodOf(fields: Fields): ShippingMethod {
  return fields.shipping_method === 'express' ? 'express' : 'standard';
}

/** Where a price may be told for: tax needs the region too. Undefined until the form says so much. */
export function destinationOf(
  fields: Fields,
  saved: SavedAddress[],
): { country: string; region: string; isWhole: boolean } | undefined {
  const { country = '', region = '' } = (isNew(fields, saved) ? fields : chosenAddress(fields, saved)) ?? {};
  if (!/^[A-Z]{2}$/.test(country)) return undefined;
  const place = region.trim().slice(0, 100);
  return { country, region: place, isWhole: place !== '' };
}

/** The fields that a form holds for what was entered before. */
export function fieldsOf(entered: Static<typeof CheckoutInput>, saved: SavedAddress[]): Fields {
  const { shipping_address, billing_address, shipping_method, email } = entered;
  const kept = saved.find(({ address_id: _, ...address }) => isSame(address, shipping_address));
  const isOther = billing_address !== undefined && !isSame(billing_address, shipping_address);
  const billing = isOther ? Object.entries(billing_address).map(([name, value]) => [BILLING + name, value]) : [];
  return {
    ...(kept === undefined ? { ...shipping_address, address: NEW_ADDRESS } : { address: kept.address_id }),
    ...(isOther && { other_billing: 'on', ...Object.fromEntries(billing) }),
    ...(email !== undefined && { email }),
    shipping_method,
  };
}

function isSame(a: Address, b: Address): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof Address>;
  return [...names].every(name => (a[name] ?? '') === (b[name] ?? ''));
}
