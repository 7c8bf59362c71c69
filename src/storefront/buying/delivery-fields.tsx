import type { ComponentChildren } from 'preact';
import { AddressLines } from '#design/address-lines';
import { Check, Field } from '#design/forms';
import { Notice } from '#design/parts';
import { useView } from '#design/view';
import type { CheckoutQuote } from '#orders';
import type { FieldErrors, Fields } from '#platform/form';
import { AddressFields } from '../address-form.tsx';
import { BILLING, isNew, methodOf, NEW_ADDRESS } from './read-delivery.ts';
import type { Buyer } from './read-shopper.ts';

export interface DeliveryFieldsProps {
  buyer: Buyer;
  fields: Fields;
  errors?: FieldErrors | undefined;
  /** Undefined while nothing can be priced. */
  quote: CheckoutQuote | undefined;
  /** The page to come back to from the login. */
  page: string;
}

/** Who, where to and how: of a checkout and of buy-now. */
export function DeliveryFields(props: DeliveryFieldsProps) {
  const { fields, errors } = props;
  const { words } = useView();
  const { checkout } = words;
  return (
    <>
      {errors !== undefined && (
        <Notice tone="bad" isNews>
          {words.problems.formHasErrors}
        </Notice>
      )}
      <Contact {...props} />
      <ShipTo {...props} />
      <Group title={checkout.billing}>
        <Check name="other_billing" label={checkout.otherBilling} checked={fields.other_billing === 'on'} />
        <div class="billing-fields stack">
          <AddressFields values={fields} errors={errors} prefix={BILLING} group="billing" />
        </div>
      </Group>
      <Methods fields={fields} quote={props.quote} />
    </>
  );
}

function Group({ title, id, children }: { title: string; id?: string; children: ComponentChildren }) {
  return (
    <fieldset class="panel stack" id={id}>
      <legend class="legend">{title}</legend>
      {children}
    </fieldset>
  );
}

function Contact({ buyer: { shopper }, fields, errors, page }: DeliveryFieldsProps) {
  const { words, to } = useView();
  const { checkout } = words;
  if (shopper.email !== null) return <p class="quiet">{checkout.signedInAs(shopper.email)}</p>;
  return (
    <Group title={checkout.contact}>
      <Field
        name="email"
        type="email"
        label={checkout.email}
        value={fields.email}
        errors={errors}
        required
        autocomplete="email"
        hint={checkout.emailHint}
        more={{ maxLength: 254 }}
      />
      <p>
        {checkout.haveAccount} <a href={to(`/login?next=${encodeURIComponent(page)}`)}>{checkout.signIn}</a>
      </p>
    </Group>
  );
}

function ShipTo({ buyer: { shopper, saved }, fields, errors }: DeliveryFieldsProps) {
  const { words } = useView();
  const { checkout } = words;
  const isTyped = isNew(fields, saved);
  const chosen = fields.address ?? saved[0]?.address_id;
  return (
    <Group title={checkout.address}>
      {saved.length > 0 && (
        <div class="choices-stack">
          {saved.map(({ address_id, ...address }) => (
            <label key={address_id} class="radio radio-card">
              <input type="radio" name="address" value={address_id} checked={!isTyped && address_id === chosen} />
              <AddressLines address={address} />
            </label>
          ))}
          <label class="radio radio-card">
            <input type="radio" name="address" value={NEW_ADDRESS} checked={isTyped} />
            <strong>{checkout.newAddress}</strong>
          </label>
        </div>
      )}
      {errors?.address !== undefined && <Notice tone="bad">{words.problems.invalid}</Notice>}
      <div class="new-address stack">
        <AddressFields values={fields} errors={errors} group="shipping" />
        {shopper.kind === 'user' && (
          <Check name="save_address" label={checkout.saveAddress} checked={fields.save_address === 'on'} />
        )}
      </div>
    </Group>
  );
}

function Methods({ fields, quote }: { fields: Fields; quote: CheckoutQuote | undefined }) {
  const { words, money, number } = useView();
  const { checkout, things } = words;
  const chosen = methodOf(fields);
  if (quote === undefined) return <input type="hidden" name="shipping_method" value={chosen} />;
  return (
    <Group title={checkout.shipping} id="methods">
      <div class="choices-stack">
        {quote.methods.map(({ method, shipping_cost: cost, days_min, days_max }) => (
          <label key={method} class="radio radio-card">
            <input
              type="radio"
              id={`method-${method}`}
              name="shipping_method"
              value={method}
              checked={method === chosen}
            />
            <span class="method">
              <strong>{things.shippingMethods[method]}</strong>
              <span class="price">{cost.amount === 0 ? checkout.free : money(cost)}</span>
              <small class="hint">{checkout.days(number(days_min), number(days_max))}</small>
            </span>
          </label>
        ))}
      </div>
    </Group>
  );
}
