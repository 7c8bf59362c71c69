import { DatabaseSync, type SQLInputValue } from 'node:sqlite';

export type Stage = 'accepted' | 'in_transit' | 'out_for_delivery' | 'delivered';

export interface CarriedParcel {
  shipment_id: string;
  tracking_number: string;
  stage: Stage;
  /** All that the simulation needs of an address. */
  city: string;
  region: string;
  /** Null once it is delivered. */
  next_step_ms: number | null;
}

export interface OutgoingWebhook {
  event_id: string;
  body: string;
  tries: number;
  next_try_ms: number;
  created_ms: number;
}

export type CarrierStore = ReturnType<typeof openCarrierStore>;

/** The carrier's own books: it is somebody else's system, so it shares no database with the shop. */
export function openCarrierStore(file: string) {
  const db = openFile(file);

  function all<Row>(text: string, ...values: SQLInputValue[]): Row[] {
    return db.prepare(text).all(...values) as unknown[] as Row[];
  }
  function run(text: string, ...values: SQLInputValue[]): void {
    db.prepare(text).run(...values);
  }

  return {
    /** A parcel that was handed over before stays where it is. */
    addParcel(parcel: CarriedParcel): void {
      const { shipment_id, tracking_number, stage, city, region, next_step_ms } = parcel;
      run(
        `insert into parcels (shipment_id, tracking_number, stage, city, region, next_step_ms)
         values (?, ?, ?, ?, ?, ?) on conflict do nothing`,
        ...[shipment_id, tracking_number, stage, city, region, next_step_ms],
      );
    },
    dueParcels: (nowMs: number, limit: number) =>
      all<CarriedParcel>('select * from parcels where next_step_ms <= ? order by next_step_ms limit ?', nowMs, limit),
    /** Each step and the webhook that tells of it, all or none. */
    moveParcels(steps: { parcel: CarriedParcel; webhook: OutgoingWebhook }[]): void {
      db.exec('begin immediate');
      try {
        for (const { parcel, webhook } of steps) {
          const { shipment_id, stage, next_step_ms } = parcel;
          run('update parcels set stage = ?, next_step_ms = ? where shipment_id = ?', stage, next_step_ms, shipment_id);
          run(
            `insert into webhooks (event_id, body, next_try_ms, created_ms) values (?, ?, ?, ?) on conflict do nothing`,
            ...[webhook.event_id, webhook.body, webhook.next_try_ms, webhook.created_ms],
          );
        }
        db.exec('commit');
      } catch (error) {
        db.exec('rollback');
        throw error;
      }
    },
    dueWebhooks: (nowMs: number, limit: number) =>
      all<OutgoingWebhook>('select * from webhooks where next_try_ms <= ? order by next_try_ms limit ?', nowMs, limit),
    postpone: (eventId: string, nextTryMs: number) =>
      run('update webhooks set tries = tries + 1, next_try_ms = ? where event_id = ?', nextTryMs, eventId),
    forgetWebhook: (eventId: string) => run('delete from webhooks where event_id = ?', eventId),
    /** When the next parcel moves and the next webhook is due; null for never. */
    nextDue(): { stepMs: number | null; tryMs: number | null } {
      return all<{ stepMs: number | null; tryMs: number | null }>(
        `select (select min(next_step_ms) from parcels where next_step_ms is not null) as stepMs,
           (select min(next_try_ms) from webhooks) as tryMs`,
      )[0]!;
    },
    close: () => db.close(),
  };
}

function openFile(file: string): DatabaseSync {
  const db = new DatabaseSync(file);
  // WAL without a sync at each commit survives the end of the process, which is enough for a simulation.
  db.exec(`
    pragma journal_mode = wal;
    pragma synchronous = normal;
    pragma busy_timeout = 5000;
    create table if not exists parcels (
      shipment_id text primary key,
      tracking_number text not null unique,
      stage text not null,
      city text not null,
      region text not null,
      next_step_ms integer
    ) strict;
    create index if not exists parcels_due on parcels (next_step_ms) where next_step_ms is not null;
    create table if not exists webhooks (
      event_id text primary key,
      body text not null,
      tries integer not null default 0,
      next_try_ms integer not null,
      created_ms integer not null
    ) strict;
    create index if not exists webhooks_due on webhooks (next_try_ms);`);
  return db;
}
