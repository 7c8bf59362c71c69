import { type Static, Type } from 'typebox';
import { type Catalog, type CatalogProduct, DEFAULT_SELLER, productIdFor } from '#catalog';
import type { View } from '#design/view';
import type { Inventory } from '#inventory';
import { limits } from '#limits';
import { edgeProblem } from '#platform/http';
import { isId } from '#platform/ids';
import { minorDigits } from '#platform/money';
import { object, oneOf, PageQuery, params } from '#platform/schema';
import { addPictures } from './add-pictures.ts';
import { filled, withQuery } from './addresses.ts';
import { knownCategories } from './category-choices.tsx';
import { ProductDelete } from './product-delete.tsx';
import {
  type DraftErrors,
  draftOf,
  draftOfFields,
  emptyDraft,
  type ProductDraft,
  readDraft,
  readPath,
} from './product-draft.ts';
import { ProductEditor } from './product-editor.tsx';
import { type AnyDesk, ProductList } from './product-list.tsx';
import { filesOf } from './take-files.ts';

export interface ProductDeps {
  catalog: Catalog;
  inventory: Inventory;
}

/** Fields of a form that were left empty come as empty texts. */
const ListQuery = object({
  text: Type.Optional(Type.String({ maxLength: limits.filterTextMax })),
  category: Type.Optional(Type.String({ maxLength: 700 })),
  seller_id: Type.Optional(Type.String({ maxLength: 36 })),
  sort: Type.Optional(oneOf('', 'newest', 'price_asc', 'price_desc', 'rating')),
  done: Type.Optional(oneOf('deleted')),
  page: PageQuery.page,
});

/** The products of a desk: list, editor, and the way out. */
export function productRoutes(desk: AnyDesk, deps: ProductDeps): void {
  listRoute(desk, deps);
  createRoutes(desk, deps);
  editRoutes(desk, deps);
  deleteRoutes(desk, deps);
}

function listRoute(desk: AnyDesk, deps: ProductDeps): void {
  desk.page('/products', { query: ListQuery }, async ({ view, query, seller_id }) => {
    const { done, page, ...sent } = query;
    const filter = { ...sent, seller_id: desk.isStaff ? sent.seller_id : undefined };
    const listed = await listProducts(deps, filter, page, seller_id);
    const [categories, sellers] = await Promise.all([
      knownCategories(deps.catalog),
      desk.isStaff ? sellerChoices(deps.catalog, filter.seller_id) : [],
    ]);
    return {
      body: (
        <ProductList
          desk={desk}
          filter={filter}
          {...listed}
          categories={categories}
          sellers={[{ value: '', label: view.words.goods.allSellers }, ...sellers]}
          isDeleted={done === 'deleted'}
        />
      ),
    };
  });
}

type Filter = Omit<Static<typeof ListQuery>, 'page' | 'done'>;

async function listProducts(
  { catalog, inventory }: ProductDeps,
  filter: Filter,
  page: number,
  own: string | undefined,
) {
  const category = readPath(filter.category ?? '').slice(0, 6);
  const asked = filled(filter.seller_id);
  const page_size = limits.pageSizeDefault;
  const listed = await catalog.listProducts({
    text: filled(filter.text),
    category: category.length === 0 ? undefined : category.map(name => name.slice(0, 100)),
    seller_id: own ?? (asked !== undefined && isId(asked) ? asked : undefined),
    sort: filter.sort === '' ? undefined : filter.sort,
    page,
    page_size,
  });
  if (!listed.ok) throw edgeProblem('NOT_FOUND');
  const { items, total, total_relation } = listed.value;
  const stock = await inventory.getStocks({ product_ids: items.map(({ product_id }) => product_id) });
  const products = items.map((product, index) => ({ ...product, available: stock[index]!.available }));
  return { products, total, isMore: total_relation === 'gte', page, page_size };
}

/** By name, as many as a select can show; the one that is chosen is always among them. */
async function sellerChoices(catalog: Catalog, chosen: string | undefined) {
  const listed = await catalog.listSellers({ page: 1, page_size: limits.pageSizeMax });
  const sellers = listed.ok ? listed.value.items : [];
  const isShown = chosen === undefined || !isId(chosen) || sellers.some(({ seller_id }) => seller_id === chosen);
  const missing = isShown ? null : await catalog.getSeller({ seller_id: chosen });
  return [...sellers, ...(missing === null ? [] : [missing])].map(({ seller_id, name }) => {
    return { value: seller_id, label: name };
  });
}

interface EditorState {
  view: View;
  draft: ProductDraft;
  errors?: DraftErrors;
  troubles?: string[];
  product?: CatalogProduct;
  done?: 'created' | 'saved' | undefined;
  status?: number;
}

async function showEditor(desk: AnyDesk, { catalog, inventory }: ProductDeps, state: EditorState) {
  const { view, product, status = 200, errors = {}, troubles = [], ...more } = state;
  const isChoosing = product === undefined && desk.isStaff;
  const [categories, sellers, [stock]] = await Promise.all([
    knownCategories(catalog),
    isChoosing ? sellerChoices(catalog, filled(state.draft.seller_id)) : [],
    product === undefined ? [] : inventory.getStocks({ product_ids: [product.product_id] }),
  ]);
  return {
    status,
    body: (
      <ProductEditor
        desk={desk}
        {...more}
        errors={errors}
        troubles={troubles}
        categories={categories}
        sellers={sellers}
        {...(product && { product: { ...product, available: stock?.available ?? 0 } })}
        formKey={desk.site.ids.next()}
        digits={minorDigits(view.currency)}
      />
    ),
  };
}

function createRoutes(desk: AnyDesk, deps: ProductDeps): void {
  const { catalog } = deps;
  desk.page('/products/new', {}, ({ view }) => {
    const draft = { ...emptyDraft, seller_id: desk.isStaff ? DEFAULT_SELLER.seller_id : '' };
    return showEditor(desk, deps, { view, draft });
  });
  desk.fileForm('/products/new', {}, async ({ view, fields, request, seller_id }) => {
    const added = await addPictures(catalog, request.commandId, seller_id, filesOf(request));
    const sent = draftOfFields(fields);
    const draft = { ...sent, images: [...sent.images, ...added.urls] };
    const troubles = added.tell(view.words.goods.wrong);
    // A seller's product is its own, whatever the form says.
    const read = readDraft({ ...draft, seller_id: seller_id ?? draft.seller_id }, view.currency);
    const back = (errors: DraftErrors, status: number) =>
      showEditor(desk, deps, { view, draft, errors, troubles, status });
    if (!read.ok || troubles.length > 0) return back(read.ok ? {} : read.errors, 400);
    const product_id = productIdFor(request.commandId, read.value.category_path);
    const created = await catalog.createProduct({ product_id, product: read.value });
    if (created.ok) return { redirect: view.to(`${desk.root}/products/${product_id}?done=created`) };
    if (created.code === 'EXTERNAL_ID_TAKEN') return back({ external_id: 'externalIdTaken' }, 409);
    return back(created.code === 'SELLER_NOT_FOUND' ? { seller_id: 'sellerGone' } : { price: 'price' }, 400);
  });
}

const OneProduct = params('product_id');

function editRoutes(desk: AnyDesk, deps: ProductDeps): void {
  const { catalog } = deps;
  const query = object({ done: Type.Optional(oneOf('created', 'saved')) });
  const booleansOf = ({ words: { things } }: View) => ({ yes: things.yes, no: things.no });
  desk.page('/products/:product_id', { query, params: OneProduct }, async ({ view, query, params, seller_id }) => {
    const product = await ownProduct(catalog, params.product_id, seller_id);
    const draft = draftOf(product, view.language, booleansOf(view));
    return showEditor(desk, deps, { view, draft, product, done: query.done });
  });
  desk.fileForm(
    '/products/:product_id',
    { params: OneProduct },
    async ({ view, fields, request, params, seller_id }) => {
      const product = await ownProduct(catalog, params.product_id, seller_id);
      const { product_id } = product;
      const added = await addPictures(catalog, request.commandId, seller_id, filesOf(request));
      const sent = draftOfFields(fields);
      // What can't be changed is not taken from the form.
      const { external_id: _external, seller_id: _seller, ...changed } = sent;
      const draft = { ...emptyDraft, ...changed, images: [...sent.images, ...added.urls] };
      const troubles = added.tell(view.words.goods.wrong);
      const read = readDraft(draft, view.currency, product);
      if (!read.ok || troubles.length > 0) {
        const errors = read.ok ? {} : read.errors;
        return showEditor(desk, deps, { view, draft, product, errors, troubles, status: 400 });
      }
      const { external_id: _id, seller_id: _of, ...patch } = read.value;
      const updated = await catalog.updateProduct({ product_id, seller_id, patch });
      if (!updated.ok) throw edgeProblem('NOT_FOUND');
      return { redirect: view.to(`${desk.root}/products/${product_id}?done=saved`) };
    },
  );
}

function deleteRoutes(desk: AnyDesk, { catalog }: ProductDeps): void {
  desk.page('/products/:product_id/delete', { params: OneProduct }, async ({ params, seller_id }) => {
    const product = await ownProduct(catalog, params.product_id, seller_id);
    return { body: <ProductDelete desk={desk} product={product} formKey={desk.site.ids.next()} /> };
  });
  desk.form('/products/:product_id/delete', { params: OneProduct }, async ({ view, params, seller_id }) => {
    const deleted = await catalog.deleteProduct({ product_id: params.product_id, seller_id });
    if (!deleted.ok) throw edgeProblem('NOT_FOUND');
    return { redirect: view.to(withQuery(`${desk.root}/products`, { done: 'deleted' })) };
  });
}

/** What is another seller's is not there, and neither is what was deleted. */
export async function ownProduct(
  catalog: Pick<Catalog, 'getProducts'>,
  product_id: string,
  seller_id: string | undefined,
): Promise<CatalogProduct> {
  const [product] = await catalog.getProducts({ product_ids: [product_id] });
  const isOwn = seller_id === undefined || product?.seller.seller_id === seller_id;
  if (product === undefined || product.deleted || !isOwn) throw edgeProblem('NOT_FOUND');
  return product;
}
