import { type Schema, sampleOf } from '../security/api-document.ts';

/** A body with one thing wrong: `path` is the JSON pointer that the refusal must name. */
export interface Defect {
  path: string;
  what: string;
  body: unknown;
}

type Fields = Record<string, unknown>;
type Wrong = { what: string; value: unknown };

/** Every body that differs from `valid` in one field that `schema` does not take. */
export function defectsOf(schema: Schema, valid: Fields, at = ''): Defect[] {
  const properties = Object.entries(schema.properties ?? {});
  const missing = (schema.required ?? []).map(name => {
    const { [name]: _left, ...body } = valid;
    return { path: `${at}/${name}`, what: 'missing', body };
  });
  const unknown = { path: `${at}/no_such_field`, what: 'unknown field', body: { ...valid, no_such_field: 1 } };
  return [...missing, unknown, ...properties.flatMap(([name, field]) => fieldDefects(name, field, valid, at))];
}

function fieldDefects(name: string, field: Schema, valid: Fields, at: string): Defect[] {
  const path = `${at}/${name}`;
  const own = wrongValues(field).map(({ what, value }) => ({ path, what, body: { ...valid, [name]: value } }));
  if (field.properties !== undefined) {
    const inner = (valid[name] ?? sampleOf(field)) as Fields;
    return [...own, ...defectsOf(field, inner, path).map(put(valid, name, body => body))];
  }
  if (field.items?.properties !== undefined) {
    const inner = sampleOf(field.items) as Fields;
    return [...own, ...defectsOf(field.items, inner, `${path}/0`).map(put(valid, name, body => [body]))];
  }
  return own;
}

function put(valid: Fields, name: string, wrap: (body: unknown) => unknown): (defect: Defect) => Defect {
  return defect => ({ ...defect, body: { ...valid, [name]: wrap(defect.body) } });
}

const WRONG_TYPES: Record<string, unknown[]> = {
  string: [7, true, {}, ['text']],
  integer: ['1', 0.5, true, [1]],
  number: ['1', true, [1]],
  boolean: ['true', 1],
  array: [{}, 'text'],
  object: [[], 'text', 7],
};

function wrongValues(field: Schema): Wrong[] {
  const words = field.enum ?? field.anyOf?.flatMap(choice => (choice.const === undefined ? [] : [choice.const])) ?? [];
  if (words.length > 0) return ['no such word', '', 7, null].map(value => ({ what: 'not one of the words', value }));
  const types = [field.type ?? []].flat();
  const accepted = new Set(types);
  const [first = ''] = types;
  const isNullable = accepted.has('null');
  // A field that takes several types (an attribute's value) is wrong only as something that none of them is.
  const mistyped = types.length === 1 || (types.length === 2 && isNullable) ? (WRONG_TYPES[first] ?? []) : [];
  return [
    ...mistyped.map(value => ({ what: `${typeof value} for ${first}`, value })),
    ...(isNullable || types.length === 0 ? [] : [{ what: 'null', value: null }]),
    ...(first === 'string' ? wrongTexts(field) : []),
    ...(first === 'integer' || first === 'number' ? wrongNumbers(field) : []),
    ...(first === 'array' ? wrongLists(field) : []),
  ];
}

function wrongTexts({ minLength = 0, maxLength, pattern, format }: Schema): Wrong[] {
  const unmatched = ['*', ' ', '\n', 'Z1'].find(text => pattern !== undefined && !new RegExp(pattern, 'u').test(text));
  return [
    { what: 'NUL', value: 'a\0b' },
    { what: 'half a character', value: 'a\ud800' },
    ...(minLength > 0 ? [{ what: 'empty', value: '' }] : []),
    ...(maxLength === undefined ? [] : [{ what: 'too long', value: 'x'.repeat(maxLength + 1) }]),
    ...(unmatched === undefined ? [] : [{ what: 'not of the pattern', value: unmatched }]),
    ...(format === undefined ? [] : [{ what: `no ${format}`, value: 'yesterday' }]),
  ];
}

function wrongNumbers({ minimum, maximum }: Schema): Wrong[] {
  return [
    ...(minimum === undefined ? [] : [{ what: 'too small', value: minimum - 1 }]),
    ...(maximum === undefined ? [] : [{ what: 'too large', value: maximum + 1 }]),
    ...(maximum === undefined || maximum < 1e9 ? [{ what: '10⁹', value: 1e9 }] : []),
  ];
}

function wrongLists({ items = {}, minItems = 0, maxItems }: Schema): Wrong[] {
  return [
    ...(minItems > 0 ? [{ what: 'too few', value: [] }] : []),
    ...(maxItems === undefined
      ? []
      : [{ what: 'too many', value: Array.from({ length: maxItems + 1 }, () => sampleOf(items)) }]),
  ];
}

/** JSON pointers of texts, whole numbers and lists of a body that are not bounded: what a client may blow up. */
export function unboundedFields(schema: Schema, at = ''): string[] {
  const types = [schema.type ?? []].flat();
  const isWord = schema.enum !== undefined || schema.const !== undefined;
  // A pattern that repeats nothing without an end bounds its text as well.
  const isBoundText = isWord || schema.maxLength !== undefined || /^[^+*]+$/.test(schema.pattern ?? '');
  const isOpen =
    (types.includes('string') && !isBoundText) ||
    (types.includes('integer') && schema.maximum === undefined) ||
    (types.includes('array') && schema.maxItems === undefined);
  return [
    ...(isOpen ? [at] : []),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, field]) => unboundedFields(field, `${at}/${name}`)),
    ...(schema.items === undefined ? [] : unboundedFields(schema.items, `${at}/*`)),
    ...(schema.anyOf ?? []).flatMap(choice => unboundedFields(choice, at)),
  ];
}
