import type { ComponentChildren } from 'preact';
import { Icon } from '#design/icon';
import { useView } from '#design/view';

/** Sends the payment; an island says that it has begun, and takes no second click. */
export function PayButton({ form, children }: { form?: string; children: ComponentChildren }) {
  const { words } = useView();
  return (
    <button
      type="submit"
      form={form}
      class="button button-primary"
      data-island="paying"
      data-busy={words.checkout.paying}
    >
      <Icon name="lock" />
      <span>{children}</span>
    </button>
  );
}
