import { type Static, type TObject, type TProperties, type TSchema, type TUnsafe, Type } from 'typebox';
import { limits } from '#limits';

/**
 * The few forms that all contracts and routes are made of. Schemas are plain JSON Schema: the same object validates a
 * request, types the handler, serializes the answer and stands in OpenAPI 3.1.
 */

/** An id in a body, a query or an answer. In a path, a malformed one answers 404: see `validate.ts`. */
export const Id = Type.String({
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
  description: 'UUID',
});

/** RFC 3339, UTC. */
export const Timestamp = Type.String({ format: 'date-time' });

/** Text of `min` (1 unless told) to `max` characters. */
export function text(max: number, options: { min?: number; pattern?: string; description?: string } = {}) {
  const { min = 1, ...rest } = options;
  return Type.String({ minLength: min, maxLength: max, ...rest });
}

/** One of some words: a plain `enum`, which serializes faster than a union of literals and reads better in OpenAPI. */
export function oneOf<const Word extends string>(...words: readonly Word[]): TUnsafe<Word> {
  return Type.Unsafe<Word>({ type: 'string', enum: words });
}

/** An object without other fields: what else a body holds is refused, what else an answer holds is left out. */
export function object<Properties extends TProperties>(
  properties: Properties,
  options: { description?: string } = {},
): TObject<Properties> {
  return Type.Object(properties, { additionalProperties: false, ...options }) as TObject<Properties>;
}

/**
 * `schema` or null. A type list (`["string", "null"]`) wherever one is possible: OpenAPI 3.1 means it so, and
 * fast-json-stringify writes it without running a validator, which it must for `anyOf`.
 */
export function nullable<Schema extends TSchema>(schema: Schema): TUnsafe<Static<Schema> | null> {
  const { type, enum: words, const: only } = schema as { type?: unknown; enum?: readonly unknown[]; const?: unknown };
  if (typeof type !== 'string' || only !== undefined) return Type.Unsafe({ anyOf: [schema, { type: 'null' }] });
  const choices = words === undefined ? {} : { enum: [...words, null] };
  return Type.Unsafe({ ...schema, type: [type, 'null'], ...choices });
}

/** Query fields of every list: `Type.Object({ ...PageQuery, status: Type.Optional(…) })`. Both are always filled in. */
export const PageQuery = {
  page: Type.Integer({ minimum: 1, maximum: 1_000_000, default: 1 }),
  page_size: Type.Integer({ minimum: 1, maximum: limits.pageSizeMax, default: limits.pageSizeDefault }),
};

/** A list's answer. `total_relation` is "gte" where counting stopped at `limits.listedRowsMax`; `more` adds fields. */
export function page<Item extends TSchema, More extends TProperties = Record<never, never>>(item: Item, more?: More) {
  return object({
    items: Type.Array(item),
    total: Type.Integer({ minimum: 0 }),
    total_relation: Type.Optional(oneOf('eq', 'gte')),
    page: Type.Integer({ minimum: 1 }),
    page_size: Type.Integer({ minimum: 1, maximum: limits.pageSizeMax }),
    ...(more as More),
  });
}

/** The path parameters of a route: ids where the name ends in `_id`, else short texts. */
export function params<const Name extends string>(...names: readonly Name[]): TUnsafe<Record<Name, string>> {
  const properties: Record<string, TSchema> = {};
  for (const name of names) properties[name] = paramSchema(name);
  return Type.Unsafe<Record<Name, string>>(Type.Object(properties));
}

export const PARAM_LENGTH_MAX = 512;

export function paramSchema(name: string): TSchema {
  return name.endsWith('_id') ? Type.String({ format: 'uuid' }) : text(PARAM_LENGTH_MAX);
}
