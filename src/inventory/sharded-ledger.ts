import assert from 'node:assert/strict';
import { bucketOf, derivedId } from '#platform/ids';
import { accept, type Refusal, refuse } from '#platform/outcome';
import { reservationOf } from './commands.ts';
import type { Reservation, ReserveStock } from './contract.ts';
import type { Ledger, Part, ReservationRef, StockMove } from './ledger.ts';
import type { PartRef, Reserved, ShardReads } from './shard-reads.ts';

type Refused = Refusal<'OUT_OF_STOCK' | 'LIMIT_PER_PERSON'>;

/**
 * Where each bucket lies on a shard of its own, no transaction spans two of them: a reservation over several is held,
 * sold and given back part by part, and its caller sees all or none. Parts are held and sold in the order of their
 * buckets and taken back in the opposite one, so that the last part decides: it is sold only when all others are, and
 * who gives back begins with it. What a crash leaves between two parts ends by itself: what is held expires, and what
 * is sold belongs to an order, whose next try sells the rest or takes it back. See docs/adr/0014.
 */
export function withShards(ledger: Ledger, reads: ShardReads | undefined): Ledger {
  if (reads === undefined) return ledger;
  return {
    reserve: input => reserve(ledger, reads, input),
    async extend(input) {
      const told: Reservation[] = [];
      for (const part of partsOf(input)) {
        const extended = await ledger.extend({ ...part, ttl_ms: input.ttl_ms });
        if (!extended.ok) {
          await release(ledger, reads, input);
          return extended;
        }
        told.push(extended.value);
      }
      return accept(asOne(told));
    },
    sell: input => sell(ledger, input),
    async unsell(input) {
      const { order_id, ttl_ms } = input;
      for (const part of partsOf(input).reverse()) await ledger.unsell({ ...part, order_id, ttl_ms });
      return null;
    },
    release: input => release(ledger, reads, input),
    async expire(input) {
      for (const part of partsOf(input).reverse()) await ledger.expire(part);
      return null;
    },
    async move(input) {
      // Only a correction can be refused, and that is of one shelf: what has begun goes on.
      for (const part of movesOf(input)) {
        const moved = await ledger.move(part);
        if (!moved.ok) return moved;
      }
      return accept(null);
    },
    async stop() {
      await ledger.stop();
      await reads.stop();
    },
  };
}

/** As one sees it from outside: nothing while parts of it are missing, and ended as soon as one part has. */
export async function readWhole(reads: ShardReads, key: ReservationRef): Promise<Reservation | null> {
  const standing = await reads.holdsOf(partsOf(key));
  const known = standing.filter(holds => holds.length > 0).map(reservationOf);
  if (known.length === 0) return null;
  const whole = asOne(known);
  return known.length === standing.length || isOver(whole) ? whole : null;
}

/**
 * Each part is asked first, without a lock, whether it would be refused: so a refusal leaves no trace, and its id may
 * be tried again. Only where units go between the question and the hold, the parts that were held are given back, and
 * the reservation has ended: so it is told to whoever tries its id again.
 */
async function reserve(ledger: Ledger, reads: ShardReads, input: ReserveStock): Promise<Reserved> {
  const ref = { reservation_id: input.reservation_id, product_ids: input.lines.map(line => line.product_id) };
  const parts = partsOf(ref).map(part => partOf(input, part));
  if (parts.length === 1) return await ledger.reserve(input);
  const standing = await reads.holdsOf(partsOf(ref));
  const known = standing.filter(holds => holds.length > 0).map(reservationOf);
  if (known.length === parts.length) return accept(asOne(known));
  if (known.length === 0) {
    const refused = await rehearse(reads, parts);
    if (refused !== null) return refused;
  }
  const held: Reservation[] = known.filter(isOver);
  for (const part of held.length > 0 ? [] : parts) {
    const answer = await ledger.reserve(part);
    if (!answer.ok) {
      await release(ledger, reads, ref);
      return answer;
    }
    held.push(answer.value);
  }
  const whole = asOne(held);
  // Another try of the same id gave it back meanwhile, or before.
  if (isOver(whole)) await release(ledger, reads, ref);
  return accept(whole);
}

/** What would be refused, all lines of it, as the ledger of one database would tell it. Nothing is written. */
async function rehearse(reads: ShardReads, parts: (ReserveStock & Part)[]): Promise<Refused | null> {
  const answers = await Promise.all(parts.map(part => reads.rehearse(part)));
  const refusals = answers.filter(answer => !answer.ok);
  const [first] = refusals;
  if (first === undefined) return null;
  const code = refusals.some(refused => refused.code === 'LIMIT_PER_PERSON') ? 'LIMIT_PER_PERSON' : 'OUT_OF_STOCK';
  const lines = refusals
    .filter(refused => refused.code === code)
    .flatMap(refused => refused.detail?.lines as { product_id: string }[]);
  const place = new Map(parts[0]!.whole!.map((productId, i) => [productId, i]));
  return refuse(code, { lines: lines.sort((a, b) => place.get(a.product_id)! - place.get(b.product_id)!) });
}

async function sell(ledger: Ledger, input: ReservationRef & { order_id: string }): ReturnType<Ledger['sell']> {
  const parts = partsOf(input);
  const { order_id } = input;
  for (const part of parts) {
    const sold = await ledger.sell({ ...part, order_id });
    if (sold.ok) continue;
    // A part that is gone ends all of it, as it has ended itself: what was sold to this order, and what is held.
    for (const taken of parts.length > 1 ? parts.toReversed() : []) {
      await unsellNow(ledger, taken, order_id);
      if (sold.code === 'RESERVATION_EXPIRED') await ledger.expire(taken);
      await ledger.release(taken);
    }
    return sold;
  }
  return accept(null);
}

/** A sale that stopped between two parts is none: its sold parts are taken back with the others. */
async function release(ledger: Ledger, reads: ShardReads, ref: ReservationRef): Promise<null> {
  const parts = partsOf(ref).reverse();
  for (const [i, part] of parts.entries()) {
    await ledger.release(part);
    if (parts.length === 1) return null;
    const [holds] = await reads.holdsOf([part]);
    const hold = holds?.[0];
    if (hold?.state !== 'sold') continue;
    // The last part is sold, hence all of them are.
    if (i === 0) return null;
    await unsellNow(ledger, part, hold.order_id!);
    await ledger.release(part);
  }
  return null;
}

/** Sold → held, for no time: should it stop here, the hold expires by itself. Another order's sale stays. */
async function unsellNow(ledger: Ledger, part: PartRef, orderId: string): Promise<void> {
  await ledger.unsell({ ...part, order_id: orderId, ttl_ms: 0 });
}

/** In the order of their buckets. What lies in one bucket is whole as it is. */
function partsOf({ reservation_id, product_ids }: ReservationRef): PartRef[] {
  const whole = [...new Set(product_ids)];
  const buckets = [...Map.groupBy(whole, bucketOf)].sort(([a], [b]) => a - b);
  if (buckets.length === 1) return [{ reservation_id, product_ids }];
  return buckets.map(([, ids]) => ({ reservation_id, product_ids: ids, whole }));
}

function partOf(input: ReserveStock, { product_ids, whole }: PartRef): ReserveStock & Part {
  return { ...input, whole, lines: input.lines.filter(line => product_ids.includes(line.product_id)) };
}

/** The part of the first product keeps the movement's id, those of the other buckets have ids that follow from it. */
function movesOf(move: StockMove): StockMove[] {
  const buckets = Map.groupBy(move.parts, part => bucketOf(part.product_id));
  return [...buckets.values()].map((parts, i) => {
    const movement_id = i === 0 ? move.movement_id : derivedId(parts[0]!.product_id, `part of ${move.movement_id}`);
    return { ...move, movement_id, parts };
  });
}

function isOver({ state }: Reservation): boolean {
  return state === 'released' || state === 'expired';
}

/** Ended where a part has, sold where all are. It ends with the part that ends first. */
function asOne(parts: Reservation[]): Reservation {
  const [first] = parts;
  assert(first !== undefined, 'a reservation has parts');
  const ended = parts.find(isOver);
  const isSold = parts.every(part => part.state === 'sold');
  return {
    reservation_id: first.reservation_id,
    state: ended?.state ?? (isSold ? 'sold' : 'held'),
    expires_at: parts.map(part => part.expires_at).sort()[0]!,
    parts: parts.flatMap(part => part.parts),
  };
}
