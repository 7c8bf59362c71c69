import { type Static, type TSchema, Type } from 'typebox';

/** One operation as others may call it. `repeat: 'safe'` allows rpc to send it again after a lost answer. */
export interface Operation<Input> {
  input: TSchema;
  repeat: 'safe' | 'never';
  timeoutMs?: number;
  readonly inputType?: Input;
}

/** A module's async operations: each takes one object of named fields and answers JSON-safe data. */
export type Operations = Record<string, (input: never) => Promise<unknown>>;

/** Everything a refusal needs to be told over HTTP; the sentence is the problem's `title`. */
export type Refusals = Record<string, { status: number; meaning: string }>;

export interface Contract<Api> {
  name: string;
  operations: { [Name in keyof Api]: Operation<Api[Name] extends (input: infer Input) => unknown ? Input : never> };
  /** Every code that an operation can return stands here; the compiler sees to it. */
  refusals: Refusals & Record<CodesOf<Api>, { status: number; meaning: string }>;
}

type CodesOf<Api> = {
  [Name in keyof Api]: Api[Name] extends (input: never) => Promise<infer Answer>
    ? Answer extends { ok: false; code: infer Code extends string }
      ? Code
      : never
    : never;
}[keyof Api];

/** The input of an operation that asks for nothing. */
export const Nothing = Type.Unsafe<Record<string, never>>(Type.Object({}, { additionalProperties: false }));

/** Ties a module's interface to its input schemas, so that the two cannot drift apart: the types are checked here. */
export function defineContract<Api>(contract: Contract<Api>): Contract<Api> {
  return contract;
}

/** A question: may be sent again at will. */
export function query<Schema extends TSchema>(input: Schema, timeoutMs?: number): Operation<Static<Schema>> {
  return { input, repeat: 'safe', timeoutMs };
}

/** A command that carries its own id and has the same effect when sent again. */
export function command<Schema extends TSchema>(input: Schema, timeoutMs?: number): Operation<Static<Schema>> {
  return { input, repeat: 'safe', timeoutMs };
}

/** A command without an id of its own: rpc sends it once and reports an outage when the answer is lost. */
export function onceCommand<Schema extends TSchema>(input: Schema, timeoutMs?: number): Operation<Static<Schema>> {
  return { input, repeat: 'never', timeoutMs };
}
