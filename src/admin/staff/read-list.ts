import { Type } from 'typebox';
import { isId } from '#platform/ids';
import { filled } from '../products/addresses.ts';

const PAGE_MAX = 10_000;
export const PAGE_SIZE = 50;

/** The query of a filtered list, as its form sends it: empty fields too, and whatever somebody typed by hand. */
export function listQuery<const Name extends string>(...names: Name[]) {
  const field = Type.Optional(Type.String({ maxLength: 300 }));
  const fields = Object.fromEntries([...names, 'page', 'cursor', 'done', 'refused'].map(name => [name, field]));
  return Type.Unsafe<ListQuery<Name>>(Type.Object(fields));
}

export type ListQuery<Name extends string> = Partial<Record<Name | 'page' | 'cursor' | 'done' | 'refused', string>>;

export function pageOf({ page }: { page?: string }): number {
  const number = Number(page ?? 1);
  return Number.isInteger(number) && number >= 1 ? Math.min(number, PAGE_MAX) : 1;
}

/** A field that must be one of some words; anything else is as if it had been left empty. */
export function oneWord<Word extends string>(value: string | undefined, words: readonly Word[]): Word | undefined {
  return words.find(word => word === filled(value));
}

/** An id, or `none` where something was typed that can't be one: then nothing matches. */
export function idIn(value: string | undefined): string | undefined | 'none' {
  const text = filled(value)?.toLowerCase();
  if (text === undefined) return undefined;
  return isId(text) ? text : 'none';
}

/** A day as a date field sends it, as its first moment in UTC. */
export function dayIn(value: string | undefined): string | undefined {
  const text = filled(value);
  if (text === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const day = new Date(`${text}T00:00:00Z`);
  return Number.isNaN(day.getTime()) ? undefined : day.toISOString();
}
