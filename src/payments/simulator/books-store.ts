import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { PaymentMethod } from '../contract.ts';

export type ChargeState = 'requires_action' | 'settling' | 'authorized' | 'captured' | 'voided' | 'refunded' | 'failed';

export interface Charge {
  charge_id: string;
  order_id: string;
  payment_id: string;
  person_id: string;
  amount: number;
  currency: string;
  method: PaymentMethod;
  state: ChargeState;
  captured: number;
  refunded: number;
  reason: string | null;
  /** What a bank transfer will end with: null pays. */
  decline_reason: string | null;
  capture_fails: 0 | 1;
  settle_at: number | null;
  authorized_at: number | null;
  created_at: number;
}

export interface KeyRow {
  key: string;
  input_hash: string;
  tries: number;
  status: number | null;
  answer: string | null;
}

export interface WebhookRow {
  event_id: string;
  body: string;
  due_at: number;
  tries: number;
}

const tables = `
  create table if not exists charges (
    charge_id text primary key, order_id text not null, payment_id text not null, person_id text not null,
    amount integer not null, currency text not null, method text not null, state text not null,
    captured integer not null default 0, refunded integer not null default 0, reason text, decline_reason text,
    capture_fails integer not null, settle_at integer, authorized_at integer, created_at integer not null,
    check (captured between 0 and amount and refunded between 0 and captured)
  ) without rowid;
  create index if not exists charges_of_order on charges (order_id);
  create index if not exists charges_by_time on charges (created_at, charge_id);
  create index if not exists charges_settling on charges (settle_at) where settle_at is not null;
  create table if not exists keys (
    key text primary key, input_hash text not null, tries integer not null, status integer, answer text
  ) without rowid;
  create table if not exists webhooks (
    event_id text primary key, body text not null, due_at integer not null, tries integer not null
  ) without rowid;
  create index if not exists webhooks_due on webhooks (due_at);`;

export type BooksStore = ReturnType<typeof openBooksStore>;

/**
 * `synchronous = normal` in WAL mode loses nothing when the process is killed, and at most the last transactions with
 * the machine's power: these are test charges.
 */
export function openBooksStore(dataDir: string) {
  const db = new DatabaseSync(join(dataDir, 'simulator.sqlite'));
  db.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 5000;');
  db.exec(tables);
  return {
    begin: () => db.exec('begin immediate'),
    commit: () => db.exec('commit'),
    rollback: () => db.exec('rollback'),
    close: () => db.close(),
    ...chargeStatements(db),
    ...keyStatements(db),
    ...webhookStatements(db),
  };
}

function chargeStatements(db: DatabaseSync) {
  const insert = prepareRun(db, 'insert into charges values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const update = prepareRun(
    db,
    `update charges set state = ?, captured = ?, refunded = ?, reason = ?, settle_at = ?, authorized_at = ?
     where charge_id = ?`,
  );
  return {
    findCharge: prepareOne<Charge>(db, 'select * from charges where charge_id = ?'),
    /** The one with money first, then the newest. */
    findChargeOfOrder: prepareOne<Charge>(
      db,
      `select * from charges where order_id = ?
       order by authorized_at is null, state = 'voided', created_at desc limit 1`,
    ),
    listCharges: prepareAll<Charge>(
      db,
      'select * from charges where authorized_at is not null order by created_at desc, charge_id desc limit ?',
    ),
    /** From inclusive to exclusive, after a place in that order. */
    listChargesBetween: prepareAll<Charge>(
      db,
      `select * from charges where created_at >= ? and created_at < ? and (created_at, charge_id) > (?, ?)
       order by created_at, charge_id limit ?`,
    ),
    listChargesOfOrder: prepareAll<Charge>(
      db,
      `select * from charges where order_id = ? and authorized_at is not null order by created_at, charge_id limit ?`,
    ),
    listSettling: prepareAll<Charge>(db, 'select * from charges where settle_at <= ? order by settle_at limit ?'),
    nextSettling: prepareOne<Due>(db, 'select min(settle_at) as at from charges where settle_at is not null'),
    insertCharge(charge: Charge): void {
      const { charge_id, order_id, payment_id, person_id, amount, currency, method, state, captured } = charge;
      const { refunded, reason, decline_reason, capture_fails, settle_at, authorized_at, created_at } = charge;
      insert(
        ...[charge_id, order_id, payment_id, person_id, amount, currency, method, state, captured],
        ...[refunded, reason, decline_reason, capture_fails, settle_at, authorized_at, created_at],
      );
    },
    updateCharge({ state, captured, refunded, reason, settle_at, authorized_at, charge_id }: Charge): void {
      update(state, captured, refunded, reason, settle_at, authorized_at, charge_id);
    },
  };
}

function keyStatements(db: DatabaseSync) {
  const save = prepareRun(
    db,
    `insert into keys values (?, ?, ?, ?, ?) on conflict (key) do update
     set tries = excluded.tries, status = excluded.status, answer = excluded.answer`,
  );
  return {
    findKey: prepareOne<KeyRow>(db, 'select * from keys where key = ?'),
    saveKey: (row: KeyRow) => save(row.key, row.input_hash, row.tries, row.status, row.answer),
  };
}

function webhookStatements(db: DatabaseSync) {
  const save = prepareRun(
    db,
    `insert into webhooks values (?, ?, ?, ?) on conflict (event_id) do update
     set due_at = excluded.due_at, tries = excluded.tries`,
  );
  const forget = prepareRun(db, 'delete from webhooks where event_id = ?');
  return {
    listWebhooks: prepareAll<WebhookRow>(db, 'select * from webhooks where due_at <= ? order by due_at limit ?'),
    nextWebhook: prepareOne<Due>(db, 'select min(due_at) as at from webhooks'),
    saveWebhook: (row: WebhookRow) => save(row.event_id, row.body, row.due_at, row.tries),
    forgetWebhook: (event_id: string) => forget(event_id),
  };
}

type Due = { at: number | null };

function prepareOne<Found>(db: DatabaseSync, text: string) {
  const statement = db.prepare(text);
  return (...values: SQLInputValue[]) => statement.get(...values) as Found | undefined;
}

function prepareAll<Found>(db: DatabaseSync, text: string) {
  const statement = db.prepare(text);
  return (...values: SQLInputValue[]) => statement.all(...values) as Found[];
}

function prepareRun(db: DatabaseSync, text: string) {
  const statement = db.prepare(text);
  return (...values: SQLInputValue[]): void => void statement.run(...values);
}
