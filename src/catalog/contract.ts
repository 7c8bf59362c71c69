/**
 * catalog: products, sellers, categories, attributes, images, reviews, and their import and export.
 *
 * Owns what a product is and costs, never how many there are: the stock an import brings travels in `product.created`
 * to inventory. A deleted product keeps its row (orders name it) and is shown nowhere.
 * Invariants: (seller, external_id) names one living product; a person reviews a product once; rating and review_count
 * are those of the visible reviews; a product's version rises with each change and is the version of its event.
 * Repeats: a create carries its product_id or review_id and answers with what exists; importing a file twice changes
 * nothing; an import resumes after a crash at its last finished batch. It stores the addresses of pictures as they are
 * and never requests them.
 */
import { type Static, Type } from 'typebox';
import { command, defineContract, Nothing, onceCommand, query } from '#platform/contract';
import { Money } from '#platform/money';
import { type DomainEvent, type EventBatch, ReadEvents } from '#platform/outbox';
import type { Outcome } from '#platform/outcome';
import { Id, nullable, object, text } from '#platform/schema';

/** The seller of what staff create or import without naming one. It exists from the start. */
export const DEFAULT_SELLER = { seller_id: '00000000-0000-7000-8000-000000000001', name: 'Doorbuster' } as const;

/** A list of types instead of a union: it serializes without a validator and refuses in one sentence. */
export const AttributeValue = Type.Unsafe<string | number | boolean>({
  type: ['string', 'number', 'boolean'],
  maxLength: 10_000,
});
export const Attributes = Type.Record(Type.String({ pattern: '^.{1,100}$' }), AttributeValue, {
  maxProperties: 250,
  additionalProperties: false,
});
export type Attributes = Static<typeof Attributes>;

/** Names from the root of the tree, one to six of them. */
export const CategoryPath = Type.Array(text(100), { minItems: 1, maxItems: 6 });

/** An http(s) address, or a path below `/images/` of this shop. */
export const ImageUrl = Type.String({ maxLength: 2000, pattern: '^(https?://|/images/)\\S+$' });

export const Seller = object({ seller_id: Id, name: text(200), created_at: Type.String({ format: 'date-time' }) });
export type Seller = Static<typeof Seller>;

/** What everybody sees of a product. `rating` is the mean of its reviews to one decimal, 0 without any. */
const shownFields = {
  product_id: Id,
  external_id: nullable(text(200)),
  seller: object({ seller_id: Id, name: text(200) }),
  title: text(500),
  description: text(20_000, { min: 0 }),
  category_path: Type.Array(text(100)),
  brand: nullable(text(200)),
  price: Money,
  images: Type.Array(text(2000)),
  attributes: Attributes,
  rating: Type.Number({ minimum: 0, maximum: 5 }),
  review_count: Type.Integer({ minimum: 0 }),
  prime: Type.Boolean(),
  max_per_person: nullable(Type.Integer({ minimum: 1 })),
  created_at: Type.String({ format: 'date-time' }),
  updated_at: Type.String({ format: 'date-time' }),
};

/** A product as the catalogue knows it. */
export const CatalogProduct = object({
  ...shownFields,
  released_at: nullable(Type.String({ format: 'date-time' })),
  deleted: Type.Boolean(),
  version: Type.Integer(),
});
export type CatalogProduct = Static<typeof CatalogProduct>;

/** A product as the shop shows it: `available` is a count on a single product, null in lists and cached pages. */
export const Product = object({
  ...shownFields,
  in_stock: Type.Boolean(),
  available: nullable(Type.Integer({ minimum: 0 })),
});
export type Product = Static<typeof Product>;

/** Joins a catalogue product with what inventory or the index knows of its stock. */
export function presentProduct(
  product: CatalogProduct,
  stock: { in_stock: boolean; available: number | null },
): Product {
  const { deleted: _deleted, version: _version, released_at: _releasedAt, ...shown } = product;
  return { ...shown, ...stock };
}

const productFields = {
  title: text(500),
  description: text(20_000, { min: 0 }),
  category_path: CategoryPath,
  brand: nullable(text(200)),
  price: Money,
  images: Type.Array(ImageUrl, { maxItems: 30 }),
  attributes: Attributes,
  prime: Type.Boolean(),
  max_per_person: nullable(Type.Integer({ minimum: 1, maximum: 999 })),
};

/** What a client may send to create a product. */
export const ProductInput = object({
  title: productFields.title,
  description: Type.Optional(productFields.description),
  category_path: productFields.category_path,
  brand: Type.Optional(productFields.brand),
  price: productFields.price,
  images: Type.Optional(productFields.images),
  attributes: Type.Optional(productFields.attributes),
  prime: Type.Optional(productFields.prime),
  max_per_person: Type.Optional(productFields.max_per_person),
  external_id: Type.Optional(nullable(text(200))),
  seller_id: Type.Optional(Id),
});
export type ProductInput = Static<typeof ProductInput>;

export const ProductPatch = Type.Partial(object(productFields), { additionalProperties: false });
export type ProductPatch = Static<typeof ProductPatch>;

export const Review = object({
  review_id: Id,
  product_id: Id,
  author: text(200, { min: 0 }),
  rating: Type.Integer({ minimum: 1, maximum: 5 }),
  title: text(200),
  body: text(5000, { min: 0 }),
  created_at: Type.String({ format: 'date-time' }),
});
export type Review = Static<typeof Review>;

export const ReviewInput = object({
  rating: Type.Integer({ minimum: 1, maximum: 5 }),
  title: text(200),
  body: text(5000, { min: 0 }),
});

export const ImportFormat = Type.Union([
  Type.Literal('doorbuster'),
  Type.Literal('google-merchant'),
  Type.Literal('icecat'),
]);
export type ImportFormat = Static<typeof ImportFormat>;
/** How the bytes are written: one JSON object a line, a JSON array (or one object), or CSV/TSV with a header line. */
export const ImportEncoding = Type.Union([Type.Literal('ndjson'), Type.Literal('json'), Type.Literal('csv')]);
export type ImportEncoding = Static<typeof ImportEncoding>;

/**
 * `errors` holds the first 100 rejected lines; `rejected` counts all. A failed import ends with one more that says why,
 * at the line where reading stopped; what was imported before stays.
 */
export const ImportReport = object({
  import_id: Id,
  state: Type.Union([Type.Literal('running'), Type.Literal('done'), Type.Literal('failed')]),
  read: Type.Integer(),
  created: Type.Integer(),
  updated: Type.Integer(),
  unchanged: Type.Integer(),
  rejected: Type.Integer(),
  errors: Type.Array(object({ line: Type.Integer(), message: text(1000) })),
});
export type ImportReport = Static<typeof ImportReport>;

export interface CategoryNode {
  name: string;
  path: string[];
  product_count: number;
  children: CategoryNode[];
}

export const ProductSort = Type.Union([
  Type.Literal('newest'),
  Type.Literal('price_asc'),
  Type.Literal('price_desc'),
  Type.Literal('rating'),
]);
const paging = { page: Type.Integer({ minimum: 1 }), page_size: Type.Integer({ minimum: 1, maximum: 100 }) };
export const ListProducts = object({
  category: Type.Optional(Type.Array(text(100), { maxItems: 6 })),
  seller_id: Type.Optional(Id),
  sort: Type.Optional(ProductSort),
  ...paging,
});
export const CreateProduct = object({
  product_id: Type.Optional(Id),
  /** The initial stock of an import or a seed; inventory receives it in the first warehouses. */
  stock: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000 })),
  product: ProductInput,
});
/** `seller_id` limits the command to that seller's products: another's is not found. Absent for staff. */
export const UpdateProduct = object({ product_id: Id, seller_id: Type.Optional(Id), patch: ProductPatch });
export const DeleteProduct = object({ product_id: Id, seller_id: Type.Optional(Id) });
export const AddReview = object({
  review_id: Id,
  product_id: Id,
  user_id: Id,
  author: text(200),
  review: ReviewInput,
});
export const StartImport = object({
  import_id: Id,
  seller_id: nullable(Id),
  format: ImportFormat,
  /** Whether the bytes are compressed by gzip is seen from the bytes themselves. */
  encoding: ImportEncoding,
  /** Stock of a product for which the file says none; null leaves it without. */
  default_stock: nullable(Type.Integer({ minimum: 0 })),
});
/** Bytes of the file from `offset`, in base64, at most 4 MiB: in order, and safe to send again. */
export const AppendImport = object({ import_id: Id, offset: Type.Integer({ minimum: 0 }), chunk: Type.String() });

export interface Catalog {
  /** In the order asked, missing ones left out; deleted ones come too, marked. At most 500 ids. */
  getProducts(input: { product_ids: string[] }): Promise<CatalogProduct[]>;
  /** `total` is exact up to 10,000; beyond, `total_relation` is "gte". Rows past 10,000 are refused. */
  listProducts(
    input: Static<typeof ListProducts>,
  ): Promise<
    Outcome<
      { items: CatalogProduct[]; total: number; total_relation: 'eq' | 'gte'; page: number; page_size: number },
      'PAGE_TOO_DEEP'
    >
  >;
  /** Products by id, above `after` (null: from the first), deleted ones too: for rebuilding what is derived. */
  scanProducts(input: { after: string | null; limit: number }): Promise<CatalogProduct[]>;
  listCategories(input: Record<string, never>): Promise<{ items: CategoryNode[] }>;
  createProduct(
    input: Static<typeof CreateProduct>,
  ): Promise<Outcome<CatalogProduct, 'CURRENCY_MISMATCH' | 'SELLER_NOT_FOUND' | 'EXTERNAL_ID_TAKEN'>>;
  updateProduct(
    input: Static<typeof UpdateProduct>,
  ): Promise<Outcome<CatalogProduct, 'PRODUCT_NOT_FOUND' | 'CURRENCY_MISMATCH'>>;
  deleteProduct(input: Static<typeof DeleteProduct>): Promise<Outcome<null, 'PRODUCT_NOT_FOUND'>>;
  listReviews(input: {
    product_id: string;
    page: number;
    page_size: number;
  }): Promise<
    Outcome<{ items: Review[]; total: number; page: number; page_size: number }, 'PRODUCT_NOT_FOUND' | 'PAGE_TOO_DEEP'>
  >;
  addReview(input: Static<typeof AddReview>): Promise<Outcome<Review, 'PRODUCT_NOT_FOUND' | 'ALREADY_REVIEWED'>>;
  /** A user's reviews, and their anonymous keeping after erasure (the author becomes empty). */
  listReviewsOf(input: { user_id: string }): Promise<Review[]>;
  anonymiseReviews(input: { user_id: string }): Promise<null>;
  listSellers(input: { page: number; page_size: number }): Promise<{ items: Seller[]; total: number }>;
  createSeller(input: { seller_id: string; name: string }): Promise<Seller>;
  startImport(input: Static<typeof StartImport>): Promise<ImportReport>;
  appendImport(input: Static<typeof AppendImport>): Promise<{ offset: number }>;
  /** The upload is complete: processing starts, in the background and resumable. */
  finishImport(input: { import_id: string }): Promise<ImportReport>;
  /** The upload was broken off: what has arrived is thrown away. Nothing happens to an import that is complete. */
  abandonImport(input: { import_id: string }): Promise<null>;
  /** `seller_id` as in `updateProduct`. */
  getImport(input: { import_id: string; seller_id?: string }): Promise<ImportReport | null>;
  /** The next rows of an export as text of the format, and where to go on; null at the end. */
  exportProducts(input: {
    format: ImportFormat;
    seller_id?: string;
    after: string | null;
    limit: number;
  }): Promise<{ text: string; after: string | null }>;
  readEvents(input: ReadEvents): Promise<EventBatch>;
}

/**
 * `product.created` brings the initial stock; readers fetch the rest by `getProducts` and apply it by `version`. A
 * change of price is told twice, as `product.updated` and `product.price_changed`, both with the version of the change.
 */
export type CatalogEvent =
  | DomainEvent<'product.created', { product_id: string; stock: number | null }>
  | DomainEvent<'product.updated', { product_id: string }>
  | DomainEvent<'product.price_changed', { product_id: string; from: Money; to: Money }>
  | DomainEvent<'product.reviewed', { product_id: string; rating: number; review_count: number }>
  | DomainEvent<'product.deleted', { product_id: string }>;

export const catalogContract = defineContract<Catalog>({
  name: 'catalog',
  operations: {
    getProducts: query(object({ product_ids: Type.Array(Id, { maxItems: 500 }) })),
    listProducts: query(ListProducts),
    scanProducts: query(object({ after: nullable(Id), limit: Type.Integer({ minimum: 1, maximum: 1000 }) })),
    listCategories: query(Nothing),
    createProduct: onceCommand(CreateProduct),
    updateProduct: command(UpdateProduct),
    deleteProduct: command(DeleteProduct),
    listReviews: query(object({ product_id: Id, ...paging })),
    addReview: command(AddReview),
    listReviewsOf: query(object({ user_id: Id })),
    anonymiseReviews: command(object({ user_id: Id })),
    listSellers: query(object(paging)),
    createSeller: command(object({ seller_id: Id, name: text(200) })),
    startImport: command(StartImport),
    appendImport: command(AppendImport),
    finishImport: command(object({ import_id: Id })),
    abandonImport: command(object({ import_id: Id })),
    getImport: query(object({ import_id: Id, seller_id: Type.Optional(Id) })),
    exportProducts: query(
      object({
        format: ImportFormat,
        seller_id: Type.Optional(Id),
        after: nullable(Id),
        limit: Type.Integer({ minimum: 1, maximum: 1000 }),
      }),
    ),
    readEvents: query(ReadEvents),
  },
  refusals: {
    PRODUCT_NOT_FOUND: { status: 404, meaning: 'There is no such product.' },
    SELLER_NOT_FOUND: { status: 404, meaning: 'There is no such seller.' },
    CURRENCY_MISMATCH: { status: 400, meaning: "The price is not in the shop's currency." },
    EXTERNAL_ID_TAKEN: { status: 409, meaning: 'Another product of this seller has this external_id.' },
    ALREADY_REVIEWED: { status: 409, meaning: 'You have reviewed this product already.' },
    PAGE_TOO_DEEP: { status: 400, meaning: 'Lists end at row 10,000. Narrow the list instead.' },
  },
});
