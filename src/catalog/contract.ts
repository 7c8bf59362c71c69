/**
 * catalog: products, sellers, categories, attributes, images, reviews, and their import and export.
 *
 * Owns what a product is and costs, never how many there are: the stock an import brings travels in `product.created`
 * to inventory. A deleted product keeps its row (orders name it) and is shown nowhere.
 * Invariants: (seller, external_id) names one living product; a person reviews a product once; rating and review_count
 * are those of the visible reviews, so hiding one takes it out of both; a product's version rises with each change, a
 * new name of its seller too, and is the version of its event.
 * Repeats: a create carries its product_id or review_id and answers with what exists; importing a file twice changes
 * nothing; an import resumes after a crash at its last finished batch. It stores the addresses of pictures as they are
 * and never requests them; an uploaded picture becomes files of fixed sizes, which go when no product names it.
 */
import { type Static, Type } from 'typebox';
import { limits } from '#limits';
import { command, defineContract, Nothing, onceCommand, query } from '#platform/contract';
import { Money } from '#platform/money';
import { type DomainEvent, type EventBatch, ReadEvents } from '#platform/outbox';
import type { Outcome } from '#platform/outcome';
import { Id, nullable, object, oneOf, Timestamp, text } from '#platform/schema';
import { type PictureOperations, pictureOperations, pictureRefusals } from './pictures/picture-contract.ts';

export { encodingOfFile, sendFile } from './import/send-file.ts';
export { Picture } from './pictures/picture-contract.ts';
export { type PictureSources, pictureSources } from './pictures/picture-sources.ts';
export { productIdFor } from './product-id.ts';

/** The seller of what staff create or import without naming one. It exists from the start. */
export const DEFAULT_SELLER = { seller_id: '00000000-0000-7000-8000-000000000001', name: 'Doorbuster' } as const;

/** A list of types instead of a union: it serializes without a validator and refuses in one sentence. */
export const AttributeValue = Type.Unsafe<string | number | boolean>({
  type: ['string', 'number', 'boolean'],
  maxLength: limits.attributeValueMax,
});
export const Attributes = Type.Record(Type.String({ pattern: `^.{1,${limits.attributeNameMax}}$` }), AttributeValue, {
  maxProperties: limits.attributesMax,
  additionalProperties: false,
});
export type Attributes = Static<typeof Attributes>;

/** Names from the root of the tree, one to six of them. */
export const CategoryPath = Type.Array(text(100), { minItems: 1, maxItems: 6 });

/** An http(s) address, or a path below `/images/` of this shop. */
export const ImageUrl = Type.String({ maxLength: 2000, pattern: '^(https?://|/images/)\\S+$' });

export const Seller = object({ seller_id: Id, name: text(200), created_at: Type.String({ format: 'date-time' }) });
export type Seller = Static<typeof Seller>;

/** `product_count`: its living products. */
export const ListedSeller = object({ ...Seller.properties, product_count: Type.Integer({ minimum: 0 }) });
export type ListedSeller = Static<typeof ListedSeller>;

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

/** A product as the shop shows it: `available` is a count on a single product and for staff, null in other lists. */
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
  images: Type.Array(ImageUrl, { maxItems: limits.imagesMax }),
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

export const ReviewSort = oneOf('newest', 'highest', 'lowest');

/** A review as staff see it. `hidden_at` and `hidden_reason` are null while it is visible. */
export const ModeratedReview = object({
  ...Review.properties,
  product_title: text(500),
  product_deleted: Type.Boolean(),
  state: oneOf('visible', 'hidden'),
  hidden_at: nullable(Timestamp),
  hidden_reason: nullable(text(500)),
});
export type ModeratedReview = Static<typeof ModeratedReview>;

/** Of the visible reviews; `distribution` counts those of one star to five, in this order. */
export interface ReviewSummary {
  rating: number;
  review_count: number;
  distribution: number[];
}

export const ImportFormat = oneOf('doorbuster', 'google-merchant', 'icecat');
export type ImportFormat = Static<typeof ImportFormat>;
/** How the bytes are written: one JSON object a line, a JSON array (or one object), or CSV/TSV with a header line. */
export const ImportEncoding = oneOf('ndjson', 'json', 'csv');
export type ImportEncoding = Static<typeof ImportEncoding>;

/**
 * `errors` holds the first 100 rejected lines; `rejected` counts all. A failed import ends with one more that says why,
 * at the line where reading stopped; what was imported before stays.
 */
export const ImportReport = object({
  import_id: Id,
  state: oneOf('running', 'done', 'failed'),
  read: Type.Integer(),
  created: Type.Integer(),
  updated: Type.Integer(),
  unchanged: Type.Integer(),
  rejected: Type.Integer(),
  errors: Type.Array(object({ line: Type.Integer(), message: text(1000) })),
});
export type ImportReport = Static<typeof ImportReport>;

/** An import in a list: `errors` holds the last five of those that the import itself tells. */
export const ListedImport = object({
  ...ImportReport.properties,
  seller_id: nullable(Id),
  format: ImportFormat,
  created_at: Timestamp,
});
export type ListedImport = Static<typeof ListedImport>;

export interface CategoryNode {
  name: string;
  path: string[];
  product_count: number;
  children: CategoryNode[];
}

export const ProductSort = oneOf('newest', 'price_asc', 'price_desc', 'rating');
const paging = { page: Type.Integer({ minimum: 1 }), page_size: Type.Integer({ minimum: 1, maximum: 100 }) };
/** What a title, a brand or a name has to hold somewhere, in whatever case; `%` and `_` mean themselves. */
export const FilterText = text(limits.filterTextMax);
export const ListProducts = object({
  /** In title, brand or external_id. Every product of the list is read for it, so it is not for shoppers. */
  text: Type.Optional(FilterText),
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
/** `text`: in title, body or author. */
export const ListAllReviews = object({
  state: Type.Optional(oneOf('visible', 'hidden')),
  product_id: Type.Optional(Id),
  rating: Type.Optional(Type.Integer({ minimum: 1, maximum: 5 })),
  text: Type.Optional(FilterText),
  ...paging,
});
export const ModerateReview = object({
  review_id: Id,
  /** Spares the search for it, where it is known. */
  product_id: Type.Optional(Id),
  hidden: Type.Boolean(),
  /** Why it is hidden; staff see it. Forgotten when the review is shown again. */
  reason: Type.Optional(text(500)),
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

interface Page {
  page: number;
  page_size: number;
}

/** `total` is exact up to 10,000; beyond, `total_relation` is "gte". Rows past 10,000 are refused. */
interface Listed<Item> extends Page {
  items: Item[];
  total: number;
  total_relation: 'eq' | 'gte';
}

export interface Catalog extends PictureOperations {
  /** In the order asked, missing ones left out; deleted ones come too, marked. At most 500 ids. */
  getProducts(input: { product_ids: string[] }): Promise<CatalogProduct[]>;
  listProducts(input: Static<typeof ListProducts>): Promise<Outcome<Listed<CatalogProduct>, 'PAGE_TOO_DEEP'>>;
  /**
   * The best rated others of the product's own category, then of those above it until `limit` (at most 24) are found.
   * Of a wide category the first 64 below it are looked at. None for a product that is unknown or deleted.
   */
  listRelated(input: { product_id: string; limit: number }): Promise<CatalogProduct[]>;
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
  /** Visible ones; newest first unless told, and newest first among those of as many stars. */
  listReviews(
    input: Page & { product_id: string; sort?: Static<typeof ReviewSort> },
  ): Promise<Outcome<Page & { items: Review[]; total: number }, 'PRODUCT_NOT_FOUND' | 'PAGE_TOO_DEEP'>>;
  addReview(input: Static<typeof AddReview>): Promise<Outcome<Review, 'PRODUCT_NOT_FOUND' | 'ALREADY_REVIEWED'>>;
  getReviewSummary(input: { product_id: string }): Promise<Outcome<ReviewSummary, 'PRODUCT_NOT_FOUND'>>;
  /** For staff: of all products, deleted ones too, newest first. */
  listAllReviews(input: Static<typeof ListAllReviews>): Promise<Outcome<Listed<ModeratedReview>, 'PAGE_TOO_DEEP'>>;
  /** A review that is so already stays as it is, its reason too. A hidden one still is its author's one review. */
  moderateReview(input: Static<typeof ModerateReview>): Promise<Outcome<ModeratedReview, 'REVIEW_NOT_FOUND'>>;
  /** A user's reviews, hidden ones too, and their anonymous keeping after erasure (the author becomes empty). */
  listReviewsOf(input: { user_id: string }): Promise<Review[]>;
  anonymiseReviews(input: { user_id: string }): Promise<null>;
  /** By name. `text`: in the name. */
  listSellers(input: Page & { text?: string }): Promise<Outcome<Listed<ListedSeller>, 'PAGE_TOO_DEEP'>>;
  getSeller(input: { seller_id: string }): Promise<ListedSeller | null>;
  createSeller(input: { seller_id: string; name: string }): Promise<Seller>;
  /**
   * Reads show the new name at once; caches and the index by a `product.updated` of each product: the first 10,000
   * before the answer, more of them by a job. A later import that names the old name makes a new seller of it.
   */
  renameSeller(input: { seller_id: string; name: string }): Promise<Outcome<Seller, 'SELLER_NOT_FOUND'>>;
  startImport(input: Static<typeof StartImport>): Promise<ImportReport>;
  appendImport(input: Static<typeof AppendImport>): Promise<{ offset: number }>;
  /** The upload is complete: processing starts, in the background and resumable. */
  finishImport(input: { import_id: string }): Promise<ImportReport>;
  /** The upload was broken off: what has arrived is thrown away. Nothing happens to an import that is complete. */
  abandonImport(input: { import_id: string }): Promise<null>;
  /** `seller_id` as in `updateProduct`. */
  getImport(input: { import_id: string; seller_id?: string }): Promise<ImportReport | null>;
  /** Newest first; `seller_id` as in `updateProduct`. */
  listImports(input: Page & { seller_id?: string }): Promise<Outcome<Listed<ListedImport>, 'PAGE_TOO_DEEP'>>;
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
 * `moved`: its category has changed.
 */
export type CatalogEvent =
  | DomainEvent<'product.created', { product_id: string; stock: number | null }>
  | DomainEvent<'product.updated', { product_id: string; moved?: true }>
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
    listRelated: query(object({ product_id: Id, limit: Type.Integer({ minimum: 1, maximum: limits.relatedMax }) })),
    listReviews: query(object({ product_id: Id, sort: Type.Optional(ReviewSort), ...paging })),
    getReviewSummary: query(object({ product_id: Id })),
    listAllReviews: query(ListAllReviews),
    moderateReview: command(ModerateReview),
    addReview: command(AddReview),
    listReviewsOf: query(object({ user_id: Id })),
    anonymiseReviews: command(object({ user_id: Id })),
    listSellers: query(object({ text: Type.Optional(FilterText), ...paging })),
    getSeller: query(object({ seller_id: Id })),
    createSeller: command(object({ seller_id: Id, name: text(200) })),
    renameSeller: command(object({ seller_id: Id, name: text(200) })),
    startImport: command(StartImport),
    appendImport: command(AppendImport),
    finishImport: command(object({ import_id: Id })),
    abandonImport: command(object({ import_id: Id })),
    getImport: query(object({ import_id: Id, seller_id: Type.Optional(Id) })),
    listImports: query(object({ seller_id: Type.Optional(Id), ...paging })),
    exportProducts: query(
      object({
        format: ImportFormat,
        seller_id: Type.Optional(Id),
        after: nullable(Id),
        limit: Type.Integer({ minimum: 1, maximum: 1000 }),
      }),
    ),
    ...pictureOperations,
    readEvents: query(ReadEvents),
  },
  refusals: {
    ...pictureRefusals,
    PRODUCT_NOT_FOUND: { status: 404, meaning: 'There is no such product.' },
    REVIEW_NOT_FOUND: { status: 404, meaning: 'There is no such review.' },
    SELLER_NOT_FOUND: { status: 404, meaning: 'There is no such seller.' },
    CURRENCY_MISMATCH: { status: 400, meaning: "The price is not in the shop's currency." },
    EXTERNAL_ID_TAKEN: { status: 409, meaning: 'Another product of this seller has this external_id.' },
    ALREADY_REVIEWED: { status: 409, meaning: 'You have reviewed this product already.' },
    PAGE_TOO_DEEP: { status: 400, meaning: 'Lists end at row 10,000. Narrow the list instead.' },
  },
});
