import { limits } from '#limits';
import type { Clock } from '#platform/clock';
import { timestamp } from '#platform/clock';
import { bucketOf } from '#platform/ids';
import { type Database, sql } from '#platform/sql';
import type { Backup, CartBackup, Replacement } from './backup.ts';
import type { CartOwner } from './contract.ts';
import type { StoredCart } from './stored-cart.ts';

const NO_ID = '00000000-0000-0000-0000-000000000000';

export function postgresBackup({ db, clock }: { db: Database; clock: Clock }): CartBackup {
  return {
    load: owners => readBackups(db, owners, timestamp(clock.nowMs())),
    save: batch => upsertBackups(db, batch),
    replace: batch => replaceBackups(db, batch, timestamp(clock.nowMs())),
    listUnheard: page => readUnheard(db, page),
    markHeard: batch => clearUnheard(db, batch),
    async prune(signal) {
      let total = 0;
      for (
        let removed: number = limits.sweepBatchMax;
        removed === limits.sweepBatchMax && !signal.aborted;
        total += removed
      ) {
        removed = await deleteExpired(db, timestamp(clock.nowMs()));
      }
      return total;
    },
  };
}

async function readBackups(db: Database, owners: CartOwner[], at: string): Promise<(Backup | undefined)[]> {
  const rows = await db.query<Row>(sql`
    select b.cart_id, b.kind, b.data, b.expires_at
    from unnest(
      ${owners.map(owner => bucketOf(owner.person_id))}::smallint[],
      ${owners.map(owner => owner.person_id)}::uuid[]
    ) as asked (bucket, cart_id)
    join cart.backups b on b.bucket = asked.bucket and b.cart_id = asked.cart_id
    where b.expires_at > ${at}`);
  const found = new Map(rows.map(row => [`${row.kind} ${row.cart_id}`, row]));
  return owners.map(owner => {
    const row = found.get(`${owner.kind} ${owner.person_id}`);
    return row && { owner, cart: row.data, expires_at: row.expires_at };
  });
}

/** As `upsertBackups`, on the condition that nobody else has changed the cart since it was seen. */
async function replaceBackups(db: Database, batch: Replacement[], at: string): Promise<boolean[]> {
  const rows = await db.query<{ cart_id: string }>(sql`
    with changed as (
      select * from unnest(
        ${batch.map(({ owner }) => bucketOf(owner.person_id))}::smallint[],
        ${batch.map(({ owner }) => owner.person_id)}::uuid[],
        ${batch.map(({ owner }) => owner.kind)}::text[],
        ${batch.map(({ cart }) => cart.version)}::bigint[],
        ${batch.map(({ cart }) => JSON.stringify(cart))}::jsonb[],
        ${batch.map(({ cart }) => cart.updated_at)}::timestamptz[],
        ${batch.map(({ expires_at }) => expires_at)}::timestamptz[],
        ${batch.map(({ seen_version }) => seen_version)}::bigint[]
      ) as c (bucket, cart_id, kind, version, data, updated_at, expires_at, seen_version)
    )
    insert into cart.backups as b (bucket, cart_id, kind, version, data, updated_at, expires_at, unheard)
    select bucket, cart_id, kind, version, data, updated_at, expires_at, true from changed
    order by bucket, cart_id
    on conflict (bucket, cart_id) do update set version = excluded.version, data = excluded.data,
      updated_at = excluded.updated_at, expires_at = excluded.expires_at, unheard = true
    where b.expires_at <= ${at} or b.version = (
      select c.seen_version from changed c where c.bucket = b.bucket and c.cart_id = b.cart_id)
    returning b.cart_id`);
  const written = new Set(rows.map(row => row.cart_id));
  return batch.map(({ owner }) => written.has(owner.person_id));
}

type Row = { cart_id: string; kind: CartOwner['kind']; data: StoredCart; expires_at: string };

async function readUnheard(
  db: Database,
  { after, limit }: { after: CartOwner | null; limit: number },
): Promise<Backup[]> {
  const rows = await db.query<Row>(sql`
    select cart_id, kind, data, expires_at from cart.backups
    where unheard and (bucket, cart_id) >
      (${after === null ? -1 : bucketOf(after.person_id)}::smallint, ${after?.person_id ?? NO_ID}::uuid)
    order by bucket, cart_id
    limit ${limit}`);
  return rows.map(({ cart_id, kind, data, expires_at }) => {
    return { owner: { kind, person_id: cart_id }, cart: data, expires_at };
  });
}

/** One that was changed again meanwhile keeps its mark. */
async function clearUnheard(db: Database, batch: Backup[]): Promise<void> {
  await db.query(sql`
    update cart.backups set unheard = false where unheard and (bucket, cart_id) in (
      select b.bucket, b.cart_id
      from unnest(
        ${batch.map(({ owner }) => bucketOf(owner.person_id))}::smallint[],
        ${batch.map(({ owner }) => owner.person_id)}::uuid[],
        ${batch.map(({ cart }) => cart.version)}::bigint[]
      ) as heard (bucket, cart_id, version)
      join cart.backups b on b.bucket = heard.bucket and b.cart_id = heard.cart_id and b.version = heard.version
      order by b.bucket, b.cart_id
      for update of b)`);
}

/** Sorted by key, so that two processes that write the same carts wait for each other in one order. */
async function upsertBackups(db: Database, batch: Backup[]): Promise<void> {
  await db.query(sql`
    insert into cart.backups as b (bucket, cart_id, kind, version, data, updated_at, expires_at)
    select * from unnest(
      ${batch.map(({ owner }) => bucketOf(owner.person_id))}::smallint[],
      ${batch.map(({ owner }) => owner.person_id)}::uuid[],
      ${batch.map(({ owner }) => owner.kind)}::text[],
      ${batch.map(({ cart }) => cart.version)}::bigint[],
      ${batch.map(({ cart }) => JSON.stringify(cart))}::jsonb[],
      ${batch.map(({ cart }) => cart.updated_at)}::timestamptz[],
      ${batch.map(({ expires_at }) => expires_at)}::timestamptz[]
    ) as changed (bucket, cart_id, kind, version, data, updated_at, expires_at)
    order by bucket, cart_id
    on conflict (bucket, cart_id) do update set version = excluded.version, data = excluded.data,
      updated_at = excluded.updated_at, expires_at = excluded.expires_at, unheard = false
    where b.version < excluded.version`);
}

/** Passes over what is being written now: a cart that is used again is not expired any more. */
async function deleteExpired(db: Database, at: string): Promise<number> {
  const rows = await db.query(sql`
    delete from cart.backups where (bucket, cart_id) in (
      select bucket, cart_id from cart.backups where expires_at <= ${at} and not unheard
      order by expires_at limit ${limits.sweepBatchMax} for update skip locked)
    returning cart_id`);
  return rows.length;
}
