import { type Static, type TSchema, Type } from 'typebox';
import { limits } from '#limits';
import type { App } from './http.ts';
import { edgeProblem } from './problem.ts';
import { compileCheck, findBadText } from './validate.ts';

/** The fields of an HTML form as they were sent: text, and of two with one name the last. */
export type Fields = Record<string, string>;

/** Lets the routes of this scope take what an HTML form sends; the API's routes go on taking JSON alone. */
export function takeForms(app: App): void {
  const type = 'application/x-www-form-urlencoded';
  app.addContentTypeParser(type, { parseAs: 'string', bodyLimit: limits.formBytesMax }, (_request, body, done) => {
    const pairs = [...new URLSearchParams(body as string)];
    if (pairs.length > limits.formFieldsMax) return done(edgeProblem('BODY_TOO_LARGE'));
    const fields: Fields = Object.fromEntries(pairs);
    done(null, fields);
  });
}

/** Which field is wrong, by name, and the schema keyword or word that says how. */
export type FieldErrors = Record<string, string>;

export type FormRead<Value> = { ok: true; value: Value } | { ok: false; errors: FieldErrors };

/**
 * Reads a form by the schema of the command that it is for. Empty fields are absent ones, texts are trimmed, numbers
 * and check boxes (`on`) are read as their schema says. What the schema does not name is left out.
 */
export function formReader<Schema extends TSchema>(schema: Schema): (fields: Fields) => FormRead<Static<Schema>> {
  const { properties = {}, required = [] } = schema as { properties?: Record<string, Field>; required?: string[] };
  const check = compileCheck(Type.Unsafe(schema));
  return fields => {
    const value: Record<string, unknown> = {};
    for (const [name, field] of Object.entries(properties)) {
      const read = readField(fields[name], field);
      if (read !== undefined) value[name] = read;
    }
    const errors: FieldErrors = {};
    for (const name of required) if (value[name] === undefined) errors[name] = 'required';
    const bad = findBadText(value);
    if (bad !== undefined) errors[bad.split('/')[1] ?? ''] = 'invalid';
    const found = check(value);
    for (const { path } of found === 'valid' ? [] : found) errors[path.split('/')[1] ?? ''] ??= 'invalid';
    const isGood = found === 'valid' && Object.keys(errors).length === 0;
    return isGood ? { ok: true, value: value as Static<Schema> } : { ok: false, errors };
  };
}

type Field = { type?: string | string[] };

function readField(raw: string | undefined, { type }: Field): unknown {
  const types = [type].flat();
  if (types.includes('boolean')) return raw === 'on' || raw === 'true';
  const text = raw?.trim();
  if (text === undefined || text === '') return undefined;
  if (types.includes('integer') && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (types.includes('number') && /^-?\d{1,15}(\.\d{1,10})?$/.test(text)) return Number(text);
  return text;
}
