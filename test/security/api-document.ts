import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { OpenapiDocument, OpenapiOperation } from '#platform/openapi-document';

/** The parts of JSON Schema that the shop's document uses. */
export interface Schema {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  patternProperties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  required?: string[];
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  pattern?: string;
  format?: string;
  $ref?: string;
}

/** One method of one path of `/openapi.json`. */
export interface Operation {
  name: string;
  method: string;
  path: string;
  params: string[];
  query: { name: string; schema: Schema }[];
  /** The JSON body's schema; undefined where the route takes none or raw bytes. */
  body: Schema | undefined;
  contentTypes: string[];
  responses: OpenapiOperation['responses'];
  isMutation: boolean;
  isAdmin: boolean;
  /** Nobody may enter: without a session it answers 401. */
  needsPerson: boolean;
}

/** Every operation of the running shop, from its own document: a new route is in every matrix by itself. */
export async function readOperations(url: string): Promise<Operation[]> {
  const answer = await fetch(`${url}/openapi.json`);
  assert.equal(answer.status, 200);
  const document = (await answer.json()) as OpenapiDocument;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => readOperation(path, method.toUpperCase(), described)),
  );
  assert.ok(operations.length > 50, 'the document describes the whole shop');
  return operations;
}

function readOperation(path: string, method: string, described: OpenapiOperation): Operation {
  const content = described.requestBody?.content ?? {};
  // What is signed or streamed has its own tests: its bytes are not a form.
  const isRaw = path.startsWith('/api/webhooks/') || method + path === 'POST/api/admin/imports';
  return {
    name: `${method} ${path}`,
    method,
    path,
    params: [...path.matchAll(/\{([^}]+)\}/g)].map(match => match[1]!),
    query: (described.parameters ?? [])
      .filter(parameter => parameter.in === 'query')
      .map(({ name, schema }) => ({ name, schema: schema as Schema })),
    body: isRaw ? undefined : (content['application/json']?.schema as Schema | undefined),
    contentTypes: Object.keys(content),
    responses: described.responses,
    isMutation: method !== 'GET' && method !== 'HEAD',
    isAdmin: path.startsWith('/api/admin/'),
    needsPerson: !(described.security ?? [{}]).some(way => Object.keys(way).length === 0),
  };
}

export function fillPath({ path }: Operation, values: Record<string, string>): string {
  return path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? randomUUID()));
}

/** Texts that one schema or another takes; the first that fits is the sample. */
const TEXTS = [
  'plain words',
  'ada.example@example.com',
  'US',
  'USD',
  '00000000-0000-7000-8000-00000000abcd',
  '2026-01-01T00:00:00Z',
  'https://pictures.example/1.jpg',
  'correct horse battery',
];

/** A value that `schema` accepts, with the required fields alone; `values` are taken for fields of their names. */
export function sampleOf(schema: Schema, values: Record<string, unknown> = {}, name = ''): unknown {
  if (name in values) return values[name];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.anyOf !== undefined) return sampleOf(schema.anyOf[0]!, values, name);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'string') {
    const fitting = TEXTS.find(text => fits(schema, text));
    assert.ok(fitting !== undefined, `a sample for ${name} with the pattern ${schema.pattern}`);
    return fitting;
  }
  if (type === 'integer' || type === 'number') return Math.max(schema.minimum ?? 1, 1);
  if (type === 'boolean') return false;
  if (type === 'array') {
    return Array.from({ length: schema.minItems ?? 0 }, () => sampleOf(schema.items ?? {}, values, name));
  }
  if (type !== 'object') return null;
  const fields = schema.required ?? [];
  return Object.fromEntries(fields.map(field => [field, sampleOf(schema.properties![field]!, values, field)]));
}

function fits({ pattern, format, minLength = 0, maxLength = 10_000 }: Schema, text: string): boolean {
  if (format === 'date-time' && Number.isNaN(Date.parse(text))) return false;
  if (format === 'uuid' && !/^[0-9a-f-]{36}$/.test(text)) return false;
  const isLong = text.length >= minLength && text.length <= maxLength;
  return isLong && (pattern === undefined || new RegExp(pattern, 'u').test(text));
}

/** JSON pointers of what an answer holds and its schema does not name. */
export function unnamedFields(schema: Schema, value: unknown, path = ''): string[] {
  // Of a document of another kind the schema says nothing.
  if (Object.keys(schema).length === 0) return [];
  const choices = schema.anyOf?.map(choice => unnamedFields(choice, value, path));
  if (choices !== undefined) return choices.sort((a, b) => a.length - b.length)[0] ?? [];
  if (Array.isArray(value)) return value.flatMap((item, i) => unnamedFields(schema.items ?? {}, item, `${path}/${i}`));
  if (typeof value !== 'object' || value === null) return [];
  const patterns = Object.entries(schema.patternProperties ?? {}).map(
    ([text, field]) => [RegExp(text), field] as const,
  );
  return Object.entries(value).flatMap(([name, member]) => {
    const known = schema.properties?.[name] ?? patterns.find(([pattern]) => pattern.test(name))?.[1];
    if (known !== undefined) return unnamedFields(known, member, `${path}/${name}`);
    return schema.additionalProperties === true ? [] : [`${path}/${name}`];
  });
}

/** Paths of every object inside a schema (the root is ''), with the names of its fields. */
export function objectsOf(schema: Schema, path: string[] = []): { path: string[]; fields: string[] }[] {
  if (schema.properties === undefined) return [];
  const inner = Object.entries(schema.properties).flatMap(([name, field]) => objectsOf(field, [...path, name]));
  return [{ path, fields: Object.keys(schema.properties) }, ...inner];
}
