import type { CatalogProduct } from '#catalog';
import { Button, Check, Field, Key, LinkButton, Select, TextArea } from '#design/forms';
import { Facts, Notice, Panel, productPath, Stars } from '#design/parts';
import { useView } from '#design/view';
import { AttributeRows } from './attribute-rows.tsx';
import { CategoryChoices } from './category-choices.tsx';
import { ImageRows } from './image-rows.tsx';
import { writePrice } from './price-text.ts';
import type { DraftErrors, ProductDraft } from './product-draft.ts';
import { type AnyDesk, SaleState } from './product-list.tsx';
import { tellError } from './tell-error.ts';

export interface EditorProps {
  desk: AnyDesk;
  draft: ProductDraft;
  errors: DraftErrors;
  /** What went wrong with pictures, one sentence each. */
  troubles: string[];
  categories: string[];
  /** The sellers to choose from, for staff who create. */
  sellers: { value: string; label: string }[];
  /** Left out for a new product. */
  product?: CatalogProduct & { available: number };
  done?: 'created' | 'saved' | undefined;
  formKey: string;
  digits: number;
}

export function ProductEditor(props: EditorProps) {
  const { desk, product } = props;
  const { words, to } = useView();
  const { goods } = words;
  const { Frame, root } = desk;
  const path = product === undefined ? `${root}/products/new` : `${root}/products/${product.product_id}`;
  return (
    <Frame title={product?.title ?? goods.newProduct} current={`${root}/products`}>
      <h1>{product?.title ?? goods.newProduct}</h1>
      <EditorNews {...props} />
      <div class={product === undefined ? undefined : 'split'}>
        <form class="stack" method="post" action={to(path)} encType="multipart/form-data">
          <Key value={props.formKey} />
          <Basics {...props} />
          <Selling {...props} />
          <ImageRows {...props} />
          <AttributeRows {...props} />
          <div class="button-row">
            <Button>{product === undefined ? words.things.create : words.things.save}</Button>
            <LinkButton kind="secondary" href={to(`${root}/products`)}>
              {words.things.cancel}
            </LinkButton>
          </div>
        </form>
        {product !== undefined && <Standing product={product} root={root} />}
      </div>
    </Frame>
  );
}

function EditorNews({ errors, troubles, done }: EditorProps) {
  const { goods } = useView().words;
  if (Object.keys(errors).length > 0 || troubles.length > 0) {
    return (
      <Notice tone="bad" isNews>
        <p>{goods.wrong.form}</p>
        {troubles.map(trouble => (
          <p key={trouble}>{trouble}</p>
        ))}
      </Notice>
    );
  }
  if (done === undefined) return null;
  return (
    <Notice tone="good" isNews>
      {done === 'created' ? goods.created : goods.saved}
    </Notice>
  );
}

function Basics({ draft, errors, categories, sellers, product, desk }: EditorProps) {
  const { words } = useView();
  const { goods } = words;
  const error = (name: string) => tellError(words, errors, name);
  return (
    <Panel title={goods.basics}>
      <div class="stack">
        <Field
          name="title"
          label={goods.title}
          value={draft.title}
          required
          error={error('title')}
          more={{ maxLength: 500 }}
        />
        <TextArea
          name="description"
          label={goods.description}
          value={draft.description}
          rows={8}
          error={error('description')}
          more={{ maxLength: 20_000 }}
        />
        <Field
          name="category"
          label={goods.category}
          value={draft.category}
          required
          hint={goods.categoryHint}
          error={error('category')}
          more={{ list: 'category-choices' }}
        />
        <CategoryChoices categories={categories} />
        <Field name="brand" label={goods.brand} value={draft.brand} error={error('brand')} more={{ maxLength: 200 }} />
        {product === undefined && (
          <Field
            name="external_id"
            label={goods.externalId}
            value={draft.external_id}
            hint={goods.externalIdHint}
            error={error('external_id')}
            more={{ maxLength: 200 }}
          />
        )}
        {product === undefined && desk.isStaff && (
          <Select
            name="seller_id"
            label={goods.seller}
            value={draft.seller_id}
            options={sellers}
            error={error('seller_id')}
          />
        )}
      </div>
    </Panel>
  );
}

function Selling({ draft, errors, digits }: EditorProps) {
  const { words, currency, language } = useView();
  const { goods } = words;
  return (
    <Panel title={goods.selling}>
      <div class="field-row">
        <Field
          name="price"
          label={goods.priceLabel(currency)}
          value={draft.price}
          required
          hint={goods.priceHint(writePrice(1999, digits, language))}
          error={tellError(words, errors, 'price')}
          more={{ inputMode: 'decimal' }}
        />
        <Field
          name="max_per_person"
          type="number"
          label={goods.maxPerPerson}
          value={draft.max_per_person}
          hint={goods.maxPerPersonHint}
          error={tellError(words, errors, 'max_per_person')}
          more={{ min: 1, max: 999, inputMode: 'numeric' }}
        />
      </div>
      <Check name="prime" label={goods.prime} checked={draft.prime} />
    </Panel>
  );
}

/** What the editor does not change: how it sells, and the ways on. */
function Standing({ product, root }: { product: CatalogProduct & { available: number }; root: string }) {
  const { words, to, number, dateTime } = useView();
  const { goods } = words;
  const { product_id, rating, review_count, available } = product;
  return (
    <aside class="split-sticky" aria-label={goods.facts}>
      <Panel title={goods.facts}>
        <Facts
          facts={[
            [goods.state, <SaleState available={available} />],
            [goods.available, number(available)],
            [goods.rating, review_count === 0 ? '–' : <Stars rating={rating} count={review_count} />],
            [goods.seller, product.seller.name],
            [goods.externalId, product.external_id ?? '–'],
            [goods.createdAt, dateTime(product.created_at)],
            [goods.updatedAt, dateTime(product.updated_at)],
          ]}
        />
        <div class="ways">
          <a href={to(productPath(product))}>{goods.inShop}</a>
          <a href={to(`${root}/stock/${product_id}`)}>{goods.manageStock}</a>
        </div>
        <LinkButton kind="danger" href={to(`${root}/products/${product_id}/delete`)}>
          {goods.takeOut}
        </LinkButton>
      </Panel>
    </aside>
  );
}
