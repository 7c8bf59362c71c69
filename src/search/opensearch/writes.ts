import type { BuildPage, GoneProduct, PopularityLevel, SearchDocument, StockLevel } from '../engine.ts';
import { KEPT_OF_GONE, popularityChange, sourceOf, stockChange, UNKNOWN } from './search-document.ts';

/**
 * Changes as lines of a bulk request. Each is a script that looks at what is there, in one step in the shard: so an
 * older version changes nothing, and a level may come before its product or after it is gone.
 */

const PUT = `
if (ctx._source.version >= params.source.version) { ctx.op = 'none'; } else { ctx._source.putAll(params.source); }`;

const REMOVE = `
if (ctx._source.version >= params.version) { ctx.op = 'none'; } else {
  ctx._source.keySet().retainAll(params.kept);
  ctx._source.version = params.version;
  ctx._source.alive = false;
}`;

const SET = `
if (params.only_unknown && ctx._source[params.known] == true) { ctx.op = 'none'; } else {
  ctx._source.putAll(params.facts);
}`;

const ADD = `
if (params.stock != null && ctx._source.is_stock_known != true) { ctx._source.putAll(params.stock); }
if (params.popularity != null && ctx._source.is_conversion_known != true) { ctx._source.putAll(params.popularity); }
if (ctx._source.version < params.source.version) { ctx._source.putAll(params.source); }`;

const CONFLICTS_MAX = 10;

function scripted(productId: string, source: string, params: object): object[] {
  return [
    { update: { _id: productId, retry_on_conflict: CONFLICTS_MAX } },
    { scripted_upsert: true, script: { source, params }, upsert: UNKNOWN },
  ];
}

/** A page of a scan, with one change a product: what was just written has to be made searchable to be changed again. */
export function pageLines({ documents, gone, levels, popularity }: BuildPage): object[] {
  const stock = new Map(levels.map(level => [level.product_id, stockChange(level)]));
  const popular = new Map(popularity.map(level => [level.product_id, popularityChange(level)]));
  const added = documents.flatMap(document => {
    const { product_id: id } = document;
    const params = { source: sourceOf(document), stock: stock.get(id) ?? null, popularity: popular.get(id) ?? null };
    return scripted(id, ADD, params);
  });
  const inPage = new Set(documents.map(document => document.product_id));
  const isAlone = ({ product_id }: { product_id: string }) => !inPage.has(product_id);
  return [
    ...added,
    ...stockLines(levels.filter(isAlone), true),
    ...popularityLines(popularity.filter(isAlone), true),
    ...removalLines(gone),
  ];
}

export function documentLines(documents: SearchDocument[]): object[] {
  return documents.flatMap(document => scripted(document.product_id, PUT, { source: sourceOf(document) }));
}

export function removalLines(products: GoneProduct[]): object[] {
  return products.flatMap(({ product_id, version }) => {
    return scripted(product_id, REMOVE, { version, kept: KEPT_OF_GONE });
  });
}

export function stockLines(levels: StockLevel[], onlyUnknown: boolean): object[] {
  const known = { known: 'is_stock_known', only_unknown: onlyUnknown };
  return levels.flatMap(level => scripted(level.product_id, SET, { ...known, facts: stockChange(level) }));
}

export function popularityLines(levels: PopularityLevel[], onlyUnknown: boolean): object[] {
  const known = { known: 'is_conversion_known', only_unknown: onlyUnknown };
  return levels.flatMap(level => scripted(level.product_id, SET, { ...known, facts: popularityChange(level) }));
}
