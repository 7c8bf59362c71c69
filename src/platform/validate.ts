import type { FastifySchemaCompiler } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/schema';
import { isId } from './ids.ts';
import { edgeProblem, type InputError, invalidInput } from './problem.ts';

/**
 * Checks a value against a schema, once compiled. A body is taken as it is, without coercion; a query is text, so
 * numbers and booleans are read from it by the schema, and a parameter given once is an array where the schema says so.
 */
export type Check = (value: unknown) => InputError[] | 'valid';

export function compileCheck(schema: TSchema): Check {
  const validator = Compile(schema);
  return value => {
    if (validator.Check(value)) return 'valid';
    const [, errors] = validator.Errors(value);
    return errors.flatMap(toInputErrors);
  };
}

type SchemaError = { keyword: string; instancePath: string; message: string; params: object };

function toInputErrors({ keyword, instancePath, message, params }: SchemaError): InputError[] {
  const { requiredProperties = [], additionalProperties = [] } = params as {
    requiredProperties?: string[];
    additionalProperties?: string[];
  };
  const at = (name: string) => `${instancePath}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  if (keyword === 'required') return requiredProperties.map(name => ({ path: at(name), message: 'is required' }));
  if (keyword === 'additionalProperties') {
    return additionalProperties.map(name => ({ path: at(name), message: 'is not a field of this request' }));
  }
  // The refusing `false` behind additionalProperties says the same a second time.
  return keyword === 'boolean' ? [] : [{ path: instancePath, message }];
}

/** Nesting that no request of a shop needs; it also bounds the recursion below. */
const DEPTH_MAX = 32;

/**
 * The path of the first text that PostgreSQL or a JSON reader would choke on (a NUL, half of a surrogate pair), or of
 * what is nested too deep; undefined when all is well.
 */
export function findBadText(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'string') return isGoodText(value) ? undefined : '';
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return undefined;
  if (depth === DEPTH_MAX) return '';
  for (const key in value) {
    if (!isGoodText(key)) return '';
    const bad = findBadText((value as Record<string, unknown>)[key], depth + 1);
    // The path is made on the way back, since almost all there is to read is well.
    if (bad !== undefined) return `/${key}${bad}`;
  }
  return undefined;
}

function isGoodText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** Fastify's door to the checks above. */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  if (httpPart === 'params') return checkParams(schema);
  if (httpPart === 'querystring') return checkQuery(schema);
  const check = compileCheck(schema);
  return (value: unknown) => {
    const bad = findBadText(value);
    if (bad !== undefined) return { error: unreadable(bad) };
    const errors = check(value);
    return errors === 'valid' ? { value } : { error: invalidInput('the body is not what this route takes', errors) };
  };
};

function unreadable(path: string) {
  const message = 'holds a NUL, half a character, or is nested too deep';
  return invalidInput('a text is not readable', [{ path, message }]);
}

/** What cannot be the name of anything is not found: a malformed id tells no more than an unknown one. */
function checkParams(schema: TSchema) {
  const check = compileCheck(schema);
  return (value: Record<string, string>) => {
    const bad = findBadText(value);
    if (bad !== undefined) return { error: unreadable(bad) };
    for (const name in value) {
      if (name.endsWith('_id') && !isId(value[name]!)) return { error: edgeProblem('NOT_FOUND') };
    }
    return check(value) === 'valid' ? { value } : { error: edgeProblem('NOT_FOUND') };
  };
}

type Field = { type?: string; items?: Field; default?: unknown; anyOf?: Field[] };

function checkQuery(schema: TSchema) {
  const { properties = {}, patternProperties = {} } = schema as {
    properties?: Record<string, Field>;
    patternProperties?: Record<string, Field>;
  };
  const fields = Object.entries(properties);
  const patterns = Object.entries(patternProperties).map(([text, field]) => ({ pattern: new RegExp(text), field }));
  const check = compileCheck(Type.Unsafe({ ...schema, additionalProperties: true }));
  return (raw: Record<string, unknown>) => {
    const value: Record<string, unknown> = {};
    for (const [name, field] of fields) {
      const read = raw[name] === undefined ? field.default : readText(raw[name], field);
      if (read !== undefined) value[name] = read;
    }
    // Parameters that no route knows are left out, not refused: trackers and caches add their own.
    if (patterns.length > 0) {
      for (const name of Object.keys(raw)) {
        const known = name in properties ? undefined : patterns.find(({ pattern }) => pattern.test(name));
        if (known !== undefined) value[name] = readText(raw[name], known.field);
      }
    }
    const bad = findBadText(value);
    if (bad !== undefined) return { error: unreadable(`?${bad.slice(1)}`) };
    const errors = check(value);
    if (errors === 'valid') return { value };
    const told = errors.map(({ path, message }) => ({ path: `?${path.slice(1)}`, message }));
    return { error: invalidInput('a query parameter is not what this route takes', told) };
  };
}

/** A query's text as the schema's type; what can't be read stays text, which the check refuses with its message. */
function readText(raw: unknown, field: Field): unknown {
  if (field.type === 'array') {
    const { items } = field;
    return (Array.isArray(raw) ? raw : [raw]).map(item => (items === undefined ? item : readText(item, items)));
  }
  if (typeof raw !== 'string') return raw;
  if (field.type === 'integer' && /^-?\d{1,16}$/.test(raw)) return Number(raw);
  if (field.type === 'number' && /^-?\d{1,16}(\.\d{1,16})?$/.test(raw)) return Number(raw);
  if (field.type === 'boolean' && (raw === 'true' || raw === 'false')) return raw === 'true';
  return raw;
}
