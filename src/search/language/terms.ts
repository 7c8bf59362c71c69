import { stem } from './stem.ts';
import { readTokens, type Token } from './tokens.ts';

/** What an index holds of a text: its words in their normal form, and names also in one and in their pieces. */
export function termsOf(text: string): string[] {
  return termsIn(readTokens(text));
}

/** The form in which an index holds a token. */
export function formOf({ kind, text }: Pick<Token, 'kind' | 'text'>): string {
  return kind === 'word' ? stem(text) : text;
}

export function termsIn(tokens: Token[]): string[] {
  const terms: string[] = [];
  for (const token of tokens) addTerms(terms, token);
  return terms;
}

/** A title is also found by a name and its number in one: `iphone11`, `windows10`, `tn2110`. */
export function titleTermsIn(tokens: Token[]): string[] {
  const terms: string[] = [];
  for (const [at, token] of tokens.entries()) {
    addTerms(terms, token);
    const next = tokens[at + 1];
    if (next !== undefined && isNameAndNumber(token, next)) terms.push(token.text + next.text);
  }
  return terms;
}

/** A width or a weight: nobody looks for the bare figure, which stands for anything. */
const FIGURE = /^[\d.,]{1,5}$/;

/** Whether an attribute's value is nothing that somebody would look for by its words. */
export function saysNothing(value: string): boolean {
  return value === 'true' || value === 'false' || FIGURE.test(value);
}

const JOINED_MAX = 12;

export function isNameAndNumber(token: Token, next: Token): boolean {
  return (
    token.kind === 'word' &&
    token.parts.length === 1 &&
    (next.kind === 'number' || next.kind === 'code') &&
    next.parts.length === 1 &&
    next.start - token.end <= 1 &&
    token.text.length >= 2 &&
    token.text.length + next.text.length <= JOINED_MAX
  );
}

function addTerms(terms: string[], token: Token): void {
  const { kind, parts } = token;
  terms.push(formOf(token));
  if (parts.length > 1 || kind === 'measure') for (const part of parts) terms.push(stem(part));
}
