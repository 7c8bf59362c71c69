import type { Clause, Way } from '../language/understand.ts';
import { SATURATION } from '../ranking.ts';
import { QUALITY, weightOf } from './search-document.ts';

/** A part of a request's body, in the words of the query language that OpenSearch and Elasticsearch share. */
export type Json = Record<string, unknown>;

export const nothing: Json = { match_none: {} };

/** Of a `function_score`: what multiplies the relevance of a product's text. */
export const qualityFunctions: Json[] = Object.values(QUALITY).map(field => {
  return { field_value_factor: { field, missing: 1 } };
});

/** As a pattern that matches nothing but this text. */
export function quoted(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N}\s]/gu, '\\$&');
}

export function allOf(filters: readonly Json[]): Json {
  return { bool: { filter: filters } };
}

/** Products that have a clause in any of its ways, in one field of terms. */
export function havingClause({ ways }: Clause, field: 'terms' | 'title_terms'): Json {
  return anyOf(ways.map(({ terms }) => allOf(terms.map(term => ({ term: { [field]: term } })))));
}

export function havingMost(clauses: readonly Clause[], least: number): Json {
  return anyOf(
    clauses.map(clause => havingClause(clause, 'terms')),
    least,
  );
}

function anyOf(filters: readonly Json[], least = 1): Json {
  return { bool: { should: filters, minimum_should_match: least } };
}

/** `idf`: by clause. The best way of each counts, and the clauses add up, as in the embedded engine. */
export function scoringAll(clauses: readonly Clause[], idf: (clause: Clause) => number): Json {
  return { bool: { must: clauses.map(clause => scoringClause(clause, idf(clause))) } };
}

/** What lacks some of the clauses steps back by the square of its part of them. */
export function scoringMost(clauses: readonly Clause[], least: number, idf: (clause: Clause) => number): Json {
  const should = clauses.map(clause => scoringClause(clause, idf(clause)));
  const functions = clauses.map(clause => ({ filter: havingClause(clause, 'terms'), weight: 1 / clauses.length }));
  const byPart = (query: Json) => ({ function_score: { query, functions, score_mode: 'sum', boost_mode: 'multiply' } });
  return byPart(byPart({ bool: { should, minimum_should_match: least } }));
}

export function scoringClause({ ways, words }: Clause, idf: number): Json {
  const queries = ways.map(way => scoringWay(way, (idf * words * way.weight) / way.terms.length));
  return queries.length === 1 ? queries[0]! : { dis_max: { queries } };
}

function scoringWay({ terms }: Way, factor: number): Json {
  const parts = terms.map(term => ({
    rank_feature: { field: weightOf(term), saturation: { pivot: SATURATION }, boost: factor },
  }));
  return parts.length === 1 ? parts[0]! : { bool: { must: parts } };
}
