import { limits } from '#limits';
import type { Module, ModuleDeps } from '#platform/module';
import { createOutbox } from '#platform/outbox';
import { accept, refuse } from '#platform/outcome';
import { addReview } from './add-review.ts';
import { createCategoryTree } from './category-tree.ts';
import { type Catalog, DEFAULT_SELLER, type ImportReport } from './contract.ts';
import { createProduct } from './create-product.ts';
import { createSeller } from './create-seller.ts';
import { deleteProduct } from './delete-product.ts';
import type { CatalogParts } from './deps.ts';
import { exportProducts } from './export/export-products.ts';
import { followChanges } from './follow-changes.ts';
import { type ImportFileOptions, importFile } from './import/import-file.ts';
import { createImportRunner } from './import/import-runner.ts';
import { createSpool } from './import/spool.ts';
import { uploads } from './import/upload-import.ts';
import { listAllReviews } from './list-all-reviews.ts';
import { listImports } from './list-imports.ts';
import { listProducts } from './list-products.ts';
import { listRelated } from './list-related.ts';
import { listReviews } from './list-reviews.ts';
import { listSellers } from './list-sellers.ts';
import { moderateReview } from './moderate-review.ts';
import { addPicture } from './pictures/add-picture.ts';
import { dropUnusedPictures } from './pictures/drop-unused-pictures.ts';
import { readPictureFile } from './pictures/read-picture-file.ts';
import { createResizer } from './pictures/resize-picture.ts';
import { createProductCache } from './product-cache.ts';
import { renameSeller, tellRenames } from './rename-seller.ts';
import { anonymiseReviewsByUser, listReviewsByUser, readSummary } from './review-store.ts';
import { readListedSeller } from './seller-store.ts';
import { countByCategory, everyRow, FIRST_ID, readProducts, scanProductsAfter } from './store.ts';
import { updateProduct } from './update-product.ts';

export interface CatalogModule extends Module<Catalog> {
  /** Imports a file of this machine, before `start` too. Throws when the database does not answer. */
  importFile(options: ImportFileOptions): Promise<ImportReport>;
  /** Resolves when every uploaded import has ended. */
  importsEnded(): Promise<void>;
  /** Looks for what other processes have written, without waiting for the next poll. */
  readChanges(): Promise<void>;
}

export interface CatalogDeps extends ModuleDeps {
  /** ISO 4217 */
  currency: string;
  /** Uploads are kept in its folder `imports` until they are done. */
  dataDir: string;
}

export function createCatalog(deps: CatalogDeps): CatalogModule {
  const { db, clock, ids, log, currency } = deps;
  const outbox = createOutbox({ db, schema: 'catalog', log, clock });
  const cache = createProductCache({ read: asked => readProducts(db, asked), bytesMax: limits.productCacheBytesMax });
  const categories = createCategoryTree({
    count: () => countByCategory(db),
    clock,
    refreshMs: limits.categoriesRefreshMs,
  });
  const parts: CatalogParts = { db, clock, ids, log, currency, outbox, cache, categories };
  const spool = createSpool(deps.dataDir);
  const runner = createImportRunner(parts, spool);
  const changes = followChanges({
    db,
    clock,
    log,
    apply(found) {
      for (const change of found) cache.outdate(change.product_id, change.version);
      categories.outdate();
    },
  });
  const ensureSeller = () => createSeller(parts, DEFAULT_SELLER);

  return {
    api: operations(parts, uploads(parts, { spool, runner })),
    outbox,
    jobs: [
      {
        name: 'catalog_import_sweep',
        everySeconds: 3600,
        run: () => runner.sweep(limits.importUploadMs),
        timeoutMs: 60_000,
      },
      {
        name: 'catalog_drop_unused_pictures',
        cron: '23 3 * * *',
        run: signal => dropUnusedPictures(parts, signal),
        timeoutMs: 600_000,
      },
      {
        name: 'catalog_rename_sweep',
        everySeconds: 60,
        run: signal => tellRenames(parts, signal),
        timeoutMs: 300_000,
      },
    ],
    async start() {
      await ensureSeller();
      await changes.start();
      await runner.start();
    },
    async stop() {
      await runner.stop();
      await changes.stop();
    },
    async importFile(options) {
      await ensureSeller();
      return await importFile(parts, options);
    },
    importsEnded: runner.idle,
    readChanges: changes.catchUp,
  };
}

function operations(parts: CatalogParts, upload: ReturnType<typeof uploads>): Catalog {
  const { db, outbox, cache, categories } = parts;
  const resizePicture = createResizer();
  return {
    ...upload,
    getProducts: ({ product_ids }) => cache.get(product_ids),
    listProducts: input => listProducts(parts, input),
    scanProducts: ({ after, limit }) => scanProductsAfter(db, after ?? FIRST_ID, limit, everyRow),
    listCategories: async () => ({ items: await categories.read() }),
    createProduct: input => createProduct(parts, input),
    updateProduct: input => updateProduct(parts, input),
    deleteProduct: input => deleteProduct(parts, input),
    listRelated: input => listRelated(parts, input),
    listReviews: input => listReviews(parts, input),
    addReview: input => addReview(parts, input),
    async getReviewSummary({ product_id }) {
      const summary = await readSummary(db, product_id);
      return summary === undefined ? refuse('PRODUCT_NOT_FOUND') : accept(summary);
    },
    listAllReviews: input => listAllReviews(parts, input),
    moderateReview: input => moderateReview(parts, input),
    listReviewsOf: ({ user_id }) => listReviewsByUser(db, user_id),
    async anonymiseReviews({ user_id }) {
      await anonymiseReviewsByUser(db, user_id);
      return null;
    },
    listSellers: input => listSellers(parts, input),
    getSeller: async ({ seller_id }) => (await readListedSeller(db, seller_id)) ?? null,
    createSeller: input => createSeller(parts, input),
    renameSeller: input => renameSeller(parts, input),
    listImports: input => listImports(parts, input),
    addPicture: input => addPicture({ ...parts, resizePicture }, input),
    readPictureFile: input => readPictureFile(db, input),
    exportProducts: input => exportProducts(parts, input),
    readEvents: outbox.readEvents,
  };
}
