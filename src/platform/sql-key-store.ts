import assert from 'node:assert/strict';
import { limits } from '#limits';
import { type Clock, timestamp } from './clock.ts';
import { groupCommit } from './group-commit.ts';
import { bucketOf } from './ids.ts';
import type { Claimed, KeyClaim, KeyName, KeyStore } from './key-store.ts';
import type { Metrics } from './metrics.ts';
import { type Database, raw, type Sql, sql } from './sql.ts';

export interface SqlKeyStore extends KeyStore {
  /** Removes what is older than `limits.idempotencyKeptMs`; says how many. */
  prune(): Promise<number>;
  /**
   * Ends the leases of all claims that were not answered. For the start of the only process on this database: whoever
   * held them has died, and a retry need not wait for their time to run out.
   */
  releaseAll(): Promise<void>;
  /** Finishes what was accepted. */
  stop(): Promise<void>;
}

type Answer = KeyName & { status: number; body: string };

/** Keys in `<schema>.idempotency_keys`; claims and answers are written in groups (DESIGN §4). */
export function sqlKeyStore(options: { db: Database; schema: string; clock: Clock; metrics?: Metrics }): SqlKeyStore {
  const { db, schema, clock, metrics } = options;
  assert(/^[a-z][a-z0-9_]*$/.test(schema), 'a schema has a plain name');
  const table = raw(`${schema}.idempotency_keys`);
  const claims = groupCommit<KeyClaim, Claimed>({
    name: 'idempotency_claim',
    run: commands => claimDistinct(commands, distinct => claimAll(db, table, distinct, clock.nowMs())),
    find: commands => findClaims(db, table, commands),
    metrics,
    clock,
  });
  const answers = groupCommit<Answer, true>({
    name: 'idempotency_keep',
    run: commands => keepAll(db, table, commands),
    // Keeping twice changes nothing, so what may be lost is simply kept again.
    find: async commands => commands.map(() => undefined),
    metrics,
    clock,
  });
  return {
    claim: claim => claims.submit(claim),
    async keep(answer) {
      await answers.submit(answer);
    },
    async forget({ scope, key, holder }) {
      await db.query(sql`
        delete from ${table} where ${rowOf(scope, key)} and holder = ${holder} and status is null`);
    },
    async release({ scope, key, holder }) {
      await db.query(sql`
        update ${table} set lease_until = to_timestamp(0)
        where ${rowOf(scope, key)} and holder = ${holder} and status is null`);
    },
    async releaseAll() {
      await db.query(sql`
        update ${table} set lease_until = to_timestamp(0) where status is null and lease_until > to_timestamp(0)`);
    },
    prune: () => prune(db, table, clock.nowMs()),
    async stop() {
      await claims.stop();
      await answers.stop();
    },
  };
}

function rowOf(scope: string, key: string): Sql {
  return sql`bucket = ${bucketOf(scope)}::smallint and scope = ${scope} and key = ${key}`;
}

/**
 * One statement can't take a row twice. Of claims to one key in one group the first goes to the table; the others hear
 * its answer, or that it runs.
 */
async function claimDistinct(commands: KeyClaim[], run: (distinct: KeyClaim[]) => Promise<Claimed[]>) {
  const firsts = new Map<string, KeyClaim>();
  for (const command of commands) {
    const name = `${command.scope} ${command.key}`;
    if (!firsts.has(name)) firsts.set(name, command);
  }
  const distinct = [...firsts.values()];
  const results = new Map((await run(distinct)).map((result, i) => [distinct[i]!, result]));
  return commands.map((command): Claimed => {
    const first = firsts.get(`${command.scope} ${command.key}`)!;
    const result = results.get(first)!;
    if (first === command) return result;
    return result.state === 'answered' && first.input_hash === command.input_hash ? result : { state: 'in_flight' };
  });
}

interface ClaimedRow {
  claimed: string | null;
  input_hash: string | null;
  status: number | null;
  body: string | null;
}

/**
 * Takes new keys, keys older than a day, and unanswered ones whose lease has run out. `k` shows a row as it was before;
 * of one that another process inserts at this moment it shows nothing, which reads as "in flight".
 */
async function claimAll(db: Database, table: Sql, claims: KeyClaim[], nowMs: number): Promise<Claimed[]> {
  const now = timestamp(nowMs);
  const lease = timestamp(nowMs + limits.idempotencyLeaseMs);
  const old = timestamp(nowMs - limits.idempotencyKeptMs);
  const rows = await db.query<ClaimedRow>(sql`
    with wanted as (
      select * from unnest(
        ${claims.map(claim => bucketOf(claim.scope))}::smallint[], ${claims.map(claim => claim.scope)}::text[],
        ${claims.map(claim => claim.key)}::text[], ${claims.map(claim => claim.input_hash)}::text[],
        ${claims.map(claim => claim.command_id)}::uuid[]
      ) with ordinality as w (bucket, scope, key, input_hash, command_id, place)
    ), claimed as (
      insert into ${table} as k (bucket, scope, key, input_hash, command_id, holder, lease_until, created_at)
      select bucket, scope, key, input_hash, command_id, command_id, ${lease}::timestamptz, ${now}::timestamptz
      from wanted order by bucket, scope, key
      on conflict (bucket, scope, key) do update set
        input_hash = excluded.input_hash,
        command_id = case when k.created_at < ${old} then excluded.command_id else k.command_id end,
        holder = excluded.holder,
        lease_until = excluded.lease_until,
        status = null,
        body = null,
        created_at = case when k.created_at < ${old} then excluded.created_at else k.created_at end
      where k.created_at < ${old}
        or (k.status is null and k.lease_until <= ${now} and k.input_hash = excluded.input_hash)
      returning bucket, scope, key, command_id
    )
    select c.command_id as claimed, k.input_hash, k.status, k.body
    from wanted w
    left join claimed c using (bucket, scope, key)
    left join ${table} k on k.bucket = w.bucket and k.scope = w.scope and k.key = w.key
    order by w.place`);
  return rows.map((row, i) => readClaim(claims[i]!, row));
}

function readClaim(claim: KeyClaim, { claimed, input_hash, status, body }: ClaimedRow): Claimed {
  if (claimed !== null) return { state: claimed === claim.command_id ? 'new' : 'taken_over', command_id: claimed };
  if (input_hash === null) return { state: 'in_flight' };
  if (input_hash !== claim.input_hash) return { state: 'reused' };
  return status === null ? { state: 'in_flight' } : { state: 'answered', status, body: body! };
}

/** A claim whose name stands as the holder was applied. */
async function findClaims(db: Database, table: Sql, claims: KeyClaim[]): Promise<(Claimed | undefined)[]> {
  const rows = await db.query<{ command_id: string | null }>(sql`
    select k.command_id
    from unnest(
      ${claims.map(claim => bucketOf(claim.scope))}::smallint[], ${claims.map(claim => claim.scope)}::text[],
      ${claims.map(claim => claim.key)}::text[], ${claims.map(claim => claim.command_id)}::uuid[]
    ) with ordinality as w (bucket, scope, key, holder, place)
    left join ${table} k
      on k.bucket = w.bucket and k.scope = w.scope and k.key = w.key and k.holder = w.holder and k.status is null
    order by w.place`);
  return rows.map(({ command_id }, i) => {
    if (command_id === null) return undefined;
    return { state: command_id === claims[i]!.command_id ? 'new' : 'taken_over', command_id };
  });
}

/**
 * Written without waiting for the disk (`set_config` is local to this statement's transaction): an answer that a crash
 * loses leaves an unanswered claim, and the retry runs the command under its first id, which gives the same answer.
 */
async function keepAll(db: Database, table: Sql, answers: Answer[]): Promise<true[]> {
  await db.query(sql`
    with answers as (
      select * from unnest(
        ${answers.map(answer => bucketOf(answer.scope))}::smallint[], ${answers.map(answer => answer.scope)}::text[],
        ${answers.map(answer => answer.key)}::text[], ${answers.map(answer => answer.status)}::smallint[],
        ${answers.map(answer => answer.body)}::text[]
      ) as a (bucket, scope, key, status, body)
    ), locked as (
      -- In key order, so that two groups never wait for each other in a circle.
      select k.bucket, k.scope, k.key, a.status, a.body
      from ${table} k join answers a on a.bucket = k.bucket and a.scope = k.scope and a.key = k.key
      where k.status is null and set_config('synchronous_commit', 'off', true) = 'off'
      order by k.bucket, k.scope, k.key
      for update of k
    )
    update ${table} k set status = l.status, body = l.body
    from locked l where k.bucket = l.bucket and k.scope = l.scope and k.key = l.key`);
  return answers.map(() => true);
}

async function prune(db: Database, table: Sql, nowMs: number): Promise<number> {
  const old = timestamp(nowMs - limits.idempotencyKeptMs);
  for (let removed = 0; ; ) {
    const rows = await db.query<{ key: string }>(sql`
      with old as (
        select bucket, scope, key from ${table} where created_at < ${old}
        order by created_at limit ${limits.sweepBatchMax} for update skip locked
      )
      delete from ${table} k using old
      where k.bucket = old.bucket and k.scope = old.scope and k.key = old.key
      returning k.key`);
    removed += rows.length;
    if (rows.length < limits.sweepBatchMax) return removed;
  }
}
