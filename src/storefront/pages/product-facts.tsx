import type { CatalogProduct } from '#catalog';
import { useView } from '#design/view';
import { attributeFact, withBreaks } from '../attribute-names.ts';

/** Seen at once; catalogues of technical things have a hundred, which open below. */
const ATTRIBUTES_SHOWN = 12;

/** The description, as text whatever stands in it, and the attributes. */
export function ProductFacts({ product: { description, attributes } }: { product: CatalogProduct }) {
  const { words } = useView();
  const paragraphs = withBreaks(description)
    .split('\n')
    .map(paragraph => paragraph.trim())
    .filter(Boolean);
  const entries = Object.entries(attributes);
  if (paragraphs.length === 0 && entries.length === 0) return null;
  return (
    <div class="section product-facts">
      {paragraphs.length > 0 && (
        <section class="product-text" aria-label={words.product.about}>
          <h2>{words.product.about}</h2>
          {paragraphs.map((paragraph, index) => (
            <p key={index}>{paragraph}</p>
          ))}
        </section>
      )}
      {entries.length > 0 && <AttributeTables entries={entries} />}
    </div>
  );
}

type Entry = [string, string | number | boolean];

function AttributeTables({ entries }: { entries: Entry[] }) {
  const { words, number } = useView();
  const { product } = words;
  // A handful more is not worth a click.
  const shown = entries.length <= ATTRIBUTES_SHOWN + 3 ? entries.length : ATTRIBUTES_SHOWN;
  // In so many, one is looked for by its name.
  const rest = entries.slice(shown).sort(([one], [other]) => (one < other ? -1 : 1));
  return (
    <section aria-label={product.attributes}>
      <h2>{product.attributes}</h2>
      <AttributeTable entries={entries.slice(0, shown)} />
      {rest.length > 0 && (
        <details class="more-attributes">
          <summary>{product.moreAttributes(number(rest.length))}</summary>
          <AttributeTable entries={rest} />
        </details>
      )}
    </section>
  );
}

function AttributeTable({ entries }: { entries: Entry[] }) {
  return (
    <table class="attributes">
      <tbody>
        {entries.map(([name, value]) => (
          <AttributeRow key={name} name={name} value={value} />
        ))}
      </tbody>
    </table>
  );
}

function AttributeRow(props: { name: string; value: Entry[1] }) {
  const { label, value } = attributeFact(props.name, props.value, useView());
  return (
    <tr>
      <th scope="row">{label}</th>
      <td>{value}</td>
    </tr>
  );
}
