import { Select } from '#design/forms';
import { Notice } from '#design/parts';
import { useView } from '#design/view';
import type { FieldErrors, Fields } from '#platform/form';
import { paymentMethods, testCards } from './payment-choice.ts';

/** How to pay. What a test card does is told in words, and only where no money moves. */
export function PaymentFields({ fields, errors }: { fields: Fields; errors?: FieldErrors | undefined }) {
  const { words, isProduction } = useView();
  const { checkout, things } = words;
  const notes = { card: checkout.cardNote, wallet: checkout.walletNote, bank_transfer: checkout.bankTransferNote };
  const chosen = fields.method ?? 'card';
  return (
    <fieldset class="stack payment">
      <legend class="legend">{checkout.method}</legend>
      {errors?.method !== undefined && (
        <Notice tone="bad" isNews>
          {checkout.choosePayment}
        </Notice>
      )}
      <div class="choices-stack">
        {paymentMethods.map(method => (
          <label key={method} class="radio radio-card">
            <input type="radio" name="method" value={method} checked={method === chosen} />
            <span>
              <strong>{things.paymentMethods[method]}</strong>
              <small class="hint">{notes[method]}</small>
            </span>
          </label>
        ))}
      </div>
      {isProduction ? (
        <Notice>{checkout.onlySimulator}</Notice>
      ) : (
        <div class="test-card">
          <Select
            name="test_card"
            label={checkout.testCard}
            hint={checkout.testCardHint}
            required
            value={fields.test_card ?? 'pays'}
            options={testCards.map(card => ({ value: card, label: checkout.testCards[card] }))}
          />
        </div>
      )}
    </fieldset>
  );
}
