import type { ComponentChildren } from 'preact';

/** One thing to narrow a list by. Its name is a fold, whose state the browser keeps while the list changes. */
export function Facet(props: { id: string; title: string; isOpen?: boolean; children: ComponentChildren }) {
  const { id, title, isOpen = true, children } = props;
  return (
    <details class="facet" open={isOpen} data-facet={id}>
      <summary>
        <h3>{title}</h3>
      </summary>
      <fieldset>
        <legend class="hidden">{title}</legend>
        {children}
      </fieldset>
    </details>
  );
}
