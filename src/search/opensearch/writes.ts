import type { GoneProduct, PopularityLevel, SearchDocument, StockLevel } from '../engine.ts';
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

const CONFLICTS_MAX = 10;

function scripted(productId: string, source: string, params: object): object[] {
  return [
    { update: { _id: productId, retry_on_conflict: CONFLICTS_MAX } },
    { scripted_upsert: true, script: { source, params }, upsert: UNKNOWN },
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
