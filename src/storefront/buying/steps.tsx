import { useView } from '#design/view';

/** Where in the checkout one is. The step that is done leads back to itself. */
export function Steps({ step, back }: { step: 'address' | 'pay'; back?: string }) {
  const { checkout } = useView().words;
  return (
    <nav aria-label={checkout.steps}>
      <ol class="steps">
        <li>
          {step === 'address' ? (
            <span aria-current="step">{checkout.stepAddress}</span>
          ) : (
            <a href={back}>{checkout.stepAddress}</a>
          )}
        </li>
        <li>
          <span aria-current={step === 'pay' ? 'step' : undefined}>{checkout.stepPay}</span>
        </li>
      </ol>
    </nav>
  );
}
