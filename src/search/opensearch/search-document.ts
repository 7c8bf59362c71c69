import { crc32 } from 'node:zlib';
import { conversionFactor } from '../conversion.ts';
import type { PopularityLevel, SearchDocument, StockLevel } from '../engine.ts';
import { saysNothing, termsOf, titleTermsIn } from '../language/terms.ts';
import { addWords, readTokens } from '../language/tokens.ts';
import { FIELDS, type Field, qualityOf, weightIn } from '../ranking.ts';
import { titleKey } from '../words.ts';

/** Between the steps of a category's path, and between an attribute's name and its value; no text has it. */
export const BETWEEN = '\u001f';

const words = { type: 'text', analyzer: 'whitespace', index_options: 'docs', norms: false };
const facts = { type: 'float', index: false };

/**
 * What is counted by name lies in so many fields, each with a part of all names: a field of its own for every name
 * would be a mapping that sellers can make as large as they like, and one field for all has more values than are soon
 * put in order after each change.
 */
const FACET_FIELDS = 256;

/**
 * Texts come as the terms that both engines have of them, so the analysis is ours. What a term weighs in a product is a
 * rank feature, whose saturation is BM25's: the same score as in the embedded engine, to nine bits.
 */
export const mappings = {
  dynamic: false,
  properties: {
    alive: { type: 'boolean' },
    product_id: { type: 'keyword' },
    terms: words,
    title_terms: words,
    weights: { type: 'rank_features' },
    /** As people write them: for corrections, and for what a title's word that is being typed may become. */
    words: { type: 'keyword', doc_values: false },
    title_words: { type: 'keyword' },
    title: { type: 'keyword' },
    title_key: { type: 'keyword', doc_values: false },
    brand: { type: 'keyword' },
    category: { type: 'keyword' },
    category_paths: { type: 'keyword' },
    attributes: { type: 'keyword' },
    facets: {
      properties: Object.fromEntries(
        Array.from({ length: FACET_FIELDS }, (_, at) => [`f${at}`, { type: 'keyword', index: false }]),
      ),
    },
    price: { type: 'long' },
    rating: { type: 'double' },
    review_count: { type: 'integer' },
    prime: { type: 'boolean' },
    in_stock: { type: 'boolean' },
    created_ms: { type: 'long' },
    availability: facts,
    reviews: facts,
    prime_factor: facts,
    conversion: facts,
  },
};

/** What multiplies a product's relevance: the fields, by their names in an `Explanation`. */
export const QUALITY = {
  availability: 'availability',
  reviews: 'reviews',
  prime: 'prime_factor',
  conversion: 'conversion',
} as const;

/** What is known of a product before it comes. */
export const UNKNOWN = { alive: false, version: -1, ...stockOf(false), conversion: 1 };

/** What a removed product keeps are its version, its stock and its conversion. */
export const KEPT_OF_GONE = [
  'version',
  'in_stock',
  'availability',
  'is_stock_known',
  'conversion',
  'is_conversion_known',
];

export function sourceOf(document: SearchDocument): Record<string, unknown> {
  const { product_id, version, title, brand, category_path, attributes, price, rating, review_count } = document;
  const { prime, created_ms } = document;
  const { reviews, prime: primeFactor } = qualityOf({ in_stock: true, conversion: 1, rating, review_count, prime });
  return {
    ...wordsOf(document),
    alive: true,
    version,
    product_id,
    title,
    title_key: titleKey(title),
    brand,
    category: category_path.join(BETWEEN),
    category_paths: category_path.map((_, at) => category_path.slice(0, at + 1).join(BETWEEN)),
    attributes: attributes.map(([name, value]) => name + BETWEEN + value),
    facets: facetsOf(attributes),
    price,
    rating,
    review_count,
    prime,
    created_ms,
    reviews,
    prime_factor: primeFactor,
  };
}

function stockOf(isInStock: boolean) {
  const facts = { in_stock: isInStock, conversion: 1, rating: 0, review_count: 0, prime: false };
  return { in_stock: isInStock, availability: qualityOf(facts).availability };
}

export function stockChange({ in_stock }: StockLevel) {
  return { ...stockOf(in_stock), is_stock_known: true };
}

export function popularityChange({ views, orders }: PopularityLevel) {
  return { conversion: conversionFactor({ views, orders }), is_conversion_known: true };
}

/** The field in which an attribute's values are counted. */
export function facetField(name: string): string {
  return `f${crc32(name) % FACET_FIELDS}`;
}

function facetsOf(attributes: SearchDocument['attributes']): Record<string, string[]> {
  const fields: Record<string, string[]> = {};
  for (const [name, value] of attributes) {
    const field = facetField(name);
    fields[field] = [...(fields[field] ?? []), name + BETWEEN + value];
  }
  return fields;
}

/** A term's name among the weights, where a dot would end it. */
export function weightOf(term: string): string {
  return `weights.${featureOf(term)}`;
}

function featureOf(term: string): string {
  return term.replaceAll('.', '·');
}

function wordsOf({ title, description, brand, category_path, attributes }: SearchDocument) {
  const sums = new Map<string, number>();
  const sum = (terms: string[], field: Field, length = terms.length) => {
    for (const term of terms) sums.set(term, (sums.get(term) ?? 0) + weightIn(field, length));
  };
  const titleTokens = readTokens(title);
  const titleTerms = titleTermsIn(titleTokens);
  sum(titleTerms, FIELDS.title);
  if (brand !== null) sum(termsOf(brand), FIELDS.brand);
  for (const name of category_path) sum(termsOf(name), FIELDS.category);
  const values = attributes.map(([, value]) => value).filter(value => !saysNothing(value));
  const ofValues = values.map(termsOf);
  const length = ofValues.reduce((total, terms) => total + terms.length, 0);
  for (const terms of ofValues) sum(terms, FIELDS.attributes, length);
  sum(termsOf(description), FIELDS.description);
  const titleWords = new Set<string>();
  addWords(titleWords, titleTokens);
  const all = new Set(titleWords);
  for (const text of [description, brand ?? '', ...category_path, ...values]) addWords(all, readTokens(text));
  for (const { kind, text } of titleTokens) if (kind === 'code') titleWords.add(text);
  return {
    terms: [...sums.keys()].join(' '),
    title_terms: titleTerms.join(' '),
    weights: Object.fromEntries([...sums].map(([term, weight]) => [featureOf(term), weight])),
    words: [...all],
    title_words: [...titleWords],
  };
}
