import type { Module } from '#platform/module';
import type { DomainEvent, EventBatch, ReadEvents } from '#platform/outbox';
import { runWhenPoked } from '#platform/run-when-poked';
import { createSubscription } from '#platform/subscription';
import type { Mail, Notifications } from './contract.ts';
import type { Deps, NotificationsOptions } from './deps.ts';
import { followAccounts } from './follow-accounts.ts';
import { followOrders, followShipments, orderEventTypes } from './follow-orders.ts';
import { listSentMails } from './list-sent-mails.ts';
import { renderLetter } from './render-letter.ts';
import { dropOldMails, sendMails } from './send-mails.ts';
import { connectSmtp } from './smtp.ts';
import { type MailRow, readMails } from './store.ts';

const MAILS_SHOWN_MAX = 200;

export function createNotifications(options: NotificationsOptions): Module<Notifications> {
  const { log, smtpUrl } = options;
  const sender = runWhenPoked(
    signal => sendMails(deps, signal),
    error => log.error({ err: error }, 'the mails that are due have to wait'),
  );
  const smtp = smtpUrl === undefined ? undefined : connectSmtp({ ...options, smtpUrl });
  const deps: Deps = { ...options, smtp, pokeSender: sender.poke };
  return {
    api: {
      async listMails({ to }) {
        return (await readMails(deps.db, to ?? null, MAILS_SHOWN_MAX)).map(present);
      },
      listSentMails: input => listSentMails(deps, input),
    },
    subscriptions: subscriptionsOf(deps),
    jobs: [
      // Mostly without work: what was written is sent at once. It finds retries, and what a crash left behind.
      { name: 'notifications_send', everySeconds: 5, timeoutMs: 240_000, run: signal => sendMails(deps, signal) },
      { name: 'notifications_drop_mails', cron: '37 3 * * *', timeoutMs: 600_000, run: () => dropOldMails(deps) },
    ],
    async stop() {
      await sender.stop();
      smtp?.close();
    },
  };
}

function subscriptionsOf(deps: Deps) {
  const follow = (
    source: 'orders' | 'fulfillment' | 'accounts',
    types: readonly string[] | undefined,
    handle: (events: DomainEvent[]) => Promise<void>,
  ) =>
    createSubscription({
      ...deps,
      source,
      consumer: 'notifications',
      types,
      read: (input: ReadEvents): Promise<EventBatch> => deps[source].readEvents(input),
      onCommitted: listener => deps.events.listen(source, listener),
      schema: 'notifications',
      handle,
    });
  return [
    follow('orders', orderEventTypes, events => followOrders(deps, events)),
    follow('fulfillment', ['shipment.moved'], events => followShipments(deps, events)),
    follow('accounts', undefined, events => followAccounts(deps, events)),
  ];
}

function present({ recipient, letter, kind, order_id, sent_at }: MailRow): Mail {
  return { to: recipient, ...renderLetter(letter), kind, order_id, sent_at };
}
