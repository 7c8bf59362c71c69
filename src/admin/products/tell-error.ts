import type { Words } from '#words';
import type { DraftErrors } from './product-draft.ts';

/** What is wrong with a field, in words. */
export function tellError(words: Words, errors: DraftErrors, name: string): string | undefined {
  const error = errors[name];
  if (error === undefined) return undefined;
  return error === 'required' || error === 'invalid' ? words.problems[error] : words.goods.wrong[error];
}
