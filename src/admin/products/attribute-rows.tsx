import { Panel } from '#design/parts';
import { useView } from '#design/view';
import type { AttributeRow, DraftErrors, ProductDraft } from './product-draft.ts';
import { tellError } from './tell-error.ts';

const EMPTY_ROWS = 5;
const nothing: AttributeRow = { name: '', value: '', type: 'text' };

/** The details of a product, a row each, with some empty ones to fill; a browser with JavaScript adds more. */
export function AttributeRows({ draft, errors }: { draft: ProductDraft; errors: DraftErrors }) {
  const { words } = useView();
  const { goods } = words;
  const rows = [...draft.attributes, ...Array.from({ length: EMPTY_ROWS }, () => nothing)];
  return (
    <Panel title={goods.attributes}>
      <p class="quiet">{goods.attributesHint}</p>
      {errors.attributes !== undefined && <p class="wrong">{tellError(words, errors, 'attributes')}</p>}
      <div class="attribute-rows" data-island="add-rows">
        <div class="attribute-head" aria-hidden="true">
          <span>{goods.nameColumn}</span>
          <span>{goods.valueColumn}</span>
          <span>{goods.typeColumn}</span>
        </div>
        {rows.map((attribute, index) => (
          <Row key={index} row={index + 1} attribute={attribute} errors={errors} />
        ))}
        <template>
          <Row row={0} attribute={nothing} errors={{}} />
        </template>
        <button type="button" class="button button-secondary button-small" hidden>
          {goods.addRow}
        </button>
      </div>
    </Panel>
  );
}

/** Row 0 is the pattern of those that a browser adds. */
function Row({ row, attribute, errors }: { row: number; attribute: AttributeRow; errors: DraftErrors }) {
  const { words, number } = useView();
  const { goods } = words;
  const shown = row === 0 ? '0' : number(row);
  const prefix = `attribute_${row}`;
  const wrong = [`${prefix}_name`, `${prefix}_value`].map(name => tellError(words, errors, name)).find(Boolean);
  const told = wrong === undefined ? {} : { 'aria-describedby': `e-${prefix}`, 'aria-invalid': true as const };
  const { name, value, type } = attribute;
  const types = Object.entries(goods.attributeTypes);
  return (
    <div class="attribute-row">
      <input class="input" name={`${prefix}_name`} value={name} aria-label={goods.attributeName(shown)} {...told} />
      {value.length > LINE_MAX || value.includes('\n') ? (
        <textarea class="input" name={`${prefix}_value`} aria-label={goods.attributeValue(shown)} rows={3} {...told}>
          {value}
        </textarea>
      ) : (
        <input
          class="input"
          name={`${prefix}_value`}
          value={value}
          aria-label={goods.attributeValue(shown)}
          {...told}
        />
      )}
      <select class="input" name={`${prefix}_type`} aria-label={goods.attributeType(shown)}>
        {types.map(([each, label]) => (
          <option key={each} value={each} selected={each === type}>
            {label}
          </option>
        ))}
      </select>
      {wrong !== undefined && (
        <small class="wrong" id={`e-${prefix}`}>
          {wrong}
        </small>
      )}
    </div>
  );
}

/** What is longer, or has lines, gets a field of several. */
const LINE_MAX = 80;
