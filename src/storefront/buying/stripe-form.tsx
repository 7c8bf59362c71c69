import { Notice } from '#design/parts';
import { useView } from '#design/view';
import type { FieldErrors } from '#platform/form';

/** What Stripe may find wrong with a card while it is typed or read; the words are those of declined payments. */
const told = [
  ...['incomplete_number', 'incomplete_expiry', 'incomplete_cvc', 'invalid_number', 'incorrect_number'],
  ...['invalid_expiry_month', 'invalid_expiry_year', 'invalid_expiry_month_past', 'invalid_expiry_year_past'],
  ...['invalid_cvc', 'incorrect_cvc', 'expired_card', 'card_not_supported', 'processing_error'],
] as const;

/**
 * The card is typed into a frame of Stripe's, which an island puts into the empty box: neither this form nor the server
 * ever has it. What is sent is `stripe_token`, the id of a payment method, and none that was sent before.
 */
export function StripeForm({ errors }: { errors?: FieldErrors | undefined }) {
  const { words, stripeKey, asset } = useView();
  const { checkout } = words;
  const reasons = Object.fromEntries(told.map(code => [code, checkout.reasons[code]]));
  const { cardNotRead: unread, cardNotLoaded: unloaded } = checkout;
  return (
    <div
      class="card-form stack"
      data-island="stripe-card"
      data-key={stripeKey}
      data-words={JSON.stringify({ reasons, unread, unloaded })}
    >
      {errors?.stripe_token === undefined ? (
        <noscript>
          <Notice tone="careful">{checkout.cardNeedsScript}</Notice>
        </noscript>
      ) : (
        <Notice tone="bad" isNews>
          {checkout.cardMissing}
        </Notice>
      )}
      <fieldset class="field card-field" aria-describedby="card-hint card-wrong" hidden>
        <legend>{checkout.card}</legend>
        <div class="card-box" />
        <small class="hint" id="card-hint">
          {checkout.cardHint}
        </small>
      </fieldset>
      <p class="wrong" id="card-wrong" role="alert" />
      <input type="hidden" name="stripe_token" value="" />
      <script type="module" src={asset('stripe-card.js')} />
    </div>
  );
}
