import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import pg from 'pg';
import sql, { empty, join, raw, Sql } from 'sql-template-tag';
import { binaryArray } from './binary-array.ts';
import { Unavailable } from './outcome.ts';

export { empty, join, raw, Sql, sql };

/** One statement that commits by itself, or statements of one open transaction. */
export interface Connection {
  query<Row>(statement: Sql): Promise<Row[]>;
}

/**
 * A module's door to PostgreSQL. Times come back as RFC 3339 text, bigint and count as numbers (checked to be safe).
 * A lost connection is thrown as `Unavailable`; every other error of the server passes through with its SQLSTATE.
 */
export interface Database extends Connection {
  /** Commits when `work` resolves, rolls back when it throws. Keep it short, and never call another module inside. */
  transaction<Value>(work: (tx: Connection) => Promise<Value>, options?: TransactionOptions): Promise<Value>;
  /** One statement over many keys, in a transaction of its own that is planned by them (see `isByKey`). */
  queryByKey<Row>(statement: Sql): Promise<Row[]>;
  /** One connection for the length of `work`, outside any transaction: advisory locks, `copy`, cursors. */
  session<Value>(work: (client: pg.PoolClient) => Promise<Value>): Promise<Value>;
  /** Closes the pool after running statements have ended. */
  end(): Promise<void>;
  /** Connections now, for metrics, and at most. */
  readonly pool: { total: number; idle: number; waiting: number; max: number };
}

export interface TransactionOptions {
  /**
   * The statements find each row by its key. Said because a young table has no statistics, and a plan that was made
   * when it was empty reads the whole of it for each group (measured: a third of the orders a second at 15,000 holds,
   * ever fewer). And the plan is kept: one for the very keys of a command is made anew each time (measured: a sixth of
   * PostgreSQL's time for a command alone).
   */
  isByKey?: boolean;
}

const BEGIN = 'begin';
const BEGIN_BY_KEY =
  'begin; set local enable_hashjoin = off; set local enable_mergejoin = off; set local enable_seqscan = off; ' +
  'set local plan_cache_mode = force_generic_plan';

const INT8 = 20;
const INT8_ARRAY = 1016;
const TIMESTAMPTZ = 1184;
const TIMESTAMPTZ_ARRAY = 1185;
const DATE = 1082;

const types: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === INT8) return safeInteger;
    if (oid === TIMESTAMPTZ) return toRfc3339;
    if (oid === INT8_ARRAY) return elementwise(safeInteger);
    if (oid === TIMESTAMPTZ_ARRAY) return elementwise(toRfc3339);
    // A day has no time zone: as a Date it would become the day before for half the world.
    if (oid === DATE) return (text: string) => text;
    return pg.types.getTypeParser(oid as never, format as never);
  },
} as pg.CustomTypesConfig;

interface DatabaseOptions {
  url: string;
  poolMax: number;
  statementTimeoutMs: number;
  applicationName?: string;
}

function openPool(options: DatabaseOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolMax,
    connectionTimeoutMillis: options.statementTimeoutMs,
    statement_timeout: options.statementTimeoutMs,
    idle_in_transaction_session_timeout: options.statementTimeoutMs,
    application_name: options.applicationName ?? 'doorbuster',
    types,
    pipeline: true,
  } as pg.PoolConfig);
  // An idle connection that the server drops must not end the process; the next query opens a new one.
  pool.on('error', () => {});
  // Nor must one that is dropped between two statements of a transaction, where the pool does not listen: the next
  // statement on it says so.
  pool.on('connect', client => void client.on('error', () => {}));
  return pool;
}

export function openDatabase(options: DatabaseOptions): Database {
  const pool = openPool(options);

  async function acquire(): Promise<pg.PoolClient> {
    try {
      return await pool.connect();
    } catch (error) {
      throw asOutage(error);
    }
  }

  async function transaction<Value>(
    work: (tx: Connection) => Promise<Value>,
    { isByKey = false }: TransactionOptions = {},
  ): Promise<Value> {
    const client = await acquire();
    try {
      const value = await transact(client, isByKey ? BEGIN_BY_KEY : BEGIN, work);
      client.release();
      return value;
    } catch (error) {
      const lost = isConnectionLost(error);
      if (!lost) await client.query('rollback').catch(() => {});
      client.release(lost);
      throw asOutage(error);
    }
  }

  return {
    async query<Row>(statement: Sql) {
      const client = await acquire();
      try {
        const rows = await run<Row>(client, statement);
        client.release();
        return rows;
      } catch (error) {
        client.release(isConnectionLost(error));
        throw asOutage(error);
      }
    },
    async queryByKey<Row>(statement: Sql) {
      const client = await acquire();
      try {
        const rows = await transactOne<Row>(client, statement);
        client.release();
        return rows;
      } catch (error) {
        client.release(isConnectionLost(error));
        throw asOutage(error);
      }
    },
    transaction,
    async session(work) {
      const client = await acquire();
      try {
        const value = await work(client);
        client.release();
        return value;
      } catch (error) {
        client.release(isConnectionLost(error));
        throw asOutage(error);
      }
    },
    end: () => pool.end(),
    get pool() {
      return { total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount, max: options.poolMax };
    },
  };
}

async function transact<Value>(
  client: pg.PoolClient,
  begin: string,
  work: (tx: Connection) => Promise<Value>,
): Promise<Value> {
  // Without awaiting: on a pipelined connection `begin` travels with the first statement, one round trip less.
  const begun = client.query(begin);
  begun.catch(() => {});
  const value = await work({ query: statement => run(client, statement) });
  await begun;
  const { command } = await client.query('commit');
  // PostgreSQL answers a commit with ROLLBACK, and without an error, when a failed statement was passed over.
  assert(command === 'COMMIT', 'a statement of this transaction failed, so that nothing of it was committed');
  return value;
}

/** All of it travels at once: a commit after a statement that failed rolls back. */
async function transactOne<Row>(client: pg.PoolClient, statement: Sql): Promise<Row[]> {
  const [begun, told, ended] = await Promise.allSettled([
    client.query(BEGIN_BY_KEY),
    run<Row>(client, statement),
    client.query('commit'),
  ]);
  if (begun.status === 'rejected') throw begun.reason;
  if (told.status === 'rejected') throw told.reason;
  if (ended.status === 'rejected') throw ended.reason;
  assert(ended.value.command === 'COMMIT', 'what did not fail is committed');
  return told.value;
}

const statementNames = new Map<string, string>();
const STATEMENT_NAMES_MAX = 2000;

/** Every statement is prepared once per connection under a name made of its text. */
async function run<Row>(client: pg.PoolClient, statement: Sql): Promise<Row[]> {
  const { text } = statement;
  let name = statementNames.get(text);
  if (name === undefined) {
    name = createHash('md5').update(text).digest('base64url');
    if (statementNames.size < STATEMENT_NAMES_MAX) statementNames.set(text, name);
  }
  const result = await client.query({ name, text, values: parametersOf(statement) });
  return result.rows as Row[];
}

function parametersOf({ values, strings }: Sql): unknown[] {
  const parameters = new Array<unknown>(values.length);
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i];
    parameters[i] = Array.isArray(value) ? arrayParameter(value, castOf(strings[i + 1]!)) : value;
  }
  return parameters;
}

const casts = new Map<string, string>();

/** The type of elements that the text right after a parameter names: `::uuid[]`. '' where it names none. */
function castOf(following: string): string {
  let cast = casts.get(following);
  if (cast === undefined) {
    cast = /^::(\w+)\[\]/.exec(following)?.[1] ?? '';
    if (casts.size < STATEMENT_NAMES_MAX) casts.set(following, cast);
  }
  return cast;
}

/**
 * An array as PostgreSQL reads it: in its binary form where the statement names a type that has one, else as text. pg's
 * own way quotes and escapes every element, which takes longer than PostgreSQL takes to read it.
 */
function arrayParameter(value: unknown[], cast: string): unknown {
  const binary = binaryArray(cast, value);
  if (binary !== undefined) return binary;
  let text = '{';
  for (let i = 0; i < value.length; i += 1) {
    const element = value[i];
    if (i > 0) text += ',';
    if (element === null || element === undefined) text += 'NULL';
    else if (typeof element === 'string') text += isPlain(element) ? element : quoted(element);
    else if (typeof element === 'number' || typeof element === 'boolean') text += String(element);
    else return value;
  }
  return `${text}}`;
}

/** Ids, times, words: nothing in it that an array's text gives a meaning to. */
function isPlain(text: string): boolean {
  return /^[\w:.+-]+$/.test(text) && (text.length !== 4 || text.toLowerCase() !== 'null');
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** JSON for a column: null, and what is not there, stay null. */
export function asJson(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}

/** Answers when the server does. */
export async function ping(db: Connection): Promise<void> {
  await db.query(sql`select 1`);
}

/** SQLSTATE of an error that PostgreSQL answered with, or undefined. */
export function sqlState(error: unknown): string | undefined {
  if (error instanceof Unavailable) return sqlState(error.cause);
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^(?=.*\d)[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Class 08, 57P0x (server going away) or no SQLSTATE at all from the socket: whether it committed is unknown. */
export function isConnectionLost(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return state.startsWith('08') || state.startsWith('57P');
  const text = error instanceof Error ? `${(error as { code?: string }).code ?? ''} ${error.message}` : '';
  return /ECONN|EPIPE|terminated|Connection ended|timeout exceeded when trying to connect|not queryable|ENOENT/.test(
    text,
  );
}

/** The constraint that refused a row, when it is `name`: unique and check violations are told apart by it. */
export function violates(error: unknown, name: string): boolean {
  return sqlState(error)?.startsWith('23') === true && (error as { constraint?: string }).constraint === name;
}

function asOutage(error: unknown): unknown {
  if (error instanceof Unavailable) return error;
  return isConnectionLost(error) ? new Unavailable('the database does not answer', { cause: error }) : error;
}

/** Neither numbers nor times hold commas, quotes or braces, so that the array's text can simply be split. */
function elementwise<Value>(parse: (text: string) => Value): (text: string) => (Value | null)[] {
  return text => {
    const inner = text.slice(1, -1);
    assert(!inner.includes('{'), 'arrays of arrays are not read here');
    if (inner === '') return [];
    return inner.split(',').map(part => (part === 'NULL' ? null : parse(part.replaceAll('"', ''))));
  };
}

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is beyond the safe integers`);
  return value;
}

function toRfc3339(text: string): string {
  return new Date(text).toISOString();
}
