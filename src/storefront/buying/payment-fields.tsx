import type { FunctionComponent } from 'preact';
import { Select } from '#design/forms';
import { Notice } from '#design/parts';
import { useView } from '#design/view';
import type { FieldErrors, Fields } from '#platform/form';
import { StripeForm } from './stripe-form.tsx';
import { testCards } from './test-cards.ts';
import type { Way } from './ways-to-pay.ts';

interface PaymentFieldsProps {
  fields: Fields;
  errors?: FieldErrors | undefined;
  ways: Way[];
}

/** How to pay: the ways that are offered, then what each gateway among them asks for. */
export function PaymentFields({ fields, errors, ways }: PaymentFieldsProps) {
  const { checkout } = useView().words;
  const chosen = ways.find(({ id, method }) => fields.method === id || fields.method === method) ?? ways[0];
  const gateways = [...new Set(ways.map(({ gateway }) => gateway))];
  return (
    <fieldset class="stack payment">
      <legend class="legend">{checkout.method}</legend>
      {errors?.method !== undefined && (
        <Notice tone="bad" isNews>
          {checkout.choosePayment}
        </Notice>
      )}
      {ways.length === 0 && <Notice tone="careful">{checkout.noWay}</Notice>}
      <div class="choices-stack">
        {ways.map(way => (
          <Choice key={way.id} way={way} isChosen={way === chosen} />
        ))}
      </div>
      {gateways.map(gateway => {
        const Form = forms[gateway];
        return Form === undefined ? null : <Form key={gateway} fields={fields} errors={errors} />;
      })}
    </fieldset>
  );
}

function Choice({ way, isChosen }: { way: Way; isChosen: boolean }) {
  const { checkout, things } = useView().words;
  const { id, method, gateway, isOpen, is_available } = way;
  const named = Object.hasOwn(checkout.gateways, gateway)
    ? checkout.gateways[gateway as keyof typeof checkout.gateways]
    : undefined;
  return (
    <label class="radio radio-card">
      <input type="radio" name="method" value={id} checked={isChosen} disabled={!isOpen} />
      <span>
        <strong>{named?.name ?? things.paymentMethods[method]}</strong>
        <small class="hint">{named?.note ?? checkout.methodNotes[method]}</small>
        {!is_available && <small class="hint">{checkout.notAnswering}</small>}
      </span>
    </label>
  );
}

type Form = FunctionComponent<{ fields: Fields; errors?: FieldErrors | undefined }>;

/** What a gateway asks for beside the method, a component each. PayPal asks on its own pages. */
const forms: Record<string, Form> = { simulator: SimulatorForm, stripe: StripeForm };

/** What a test card does is told in words, and only where no money moves. */
function SimulatorForm({ fields }: { fields: Fields }) {
  const { words, isProduction } = useView();
  const { checkout } = words;
  if (isProduction) return <Notice>{checkout.simulatorNote}</Notice>;
  return (
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
  );
}
