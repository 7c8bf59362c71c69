import type { AccountsEvent } from '#accounts';
import { limits } from '#limits';
import type { DomainEvent } from '#platform/outbox';
import * as letters from './account-letters.ts';
import type { Deps } from './deps.ts';
import { forgetPerson } from './store.ts';
import { type Draft, MAIL_KEPT_MS, writeMails } from './write-mails.ts';

export async function followAccounts(deps: Deps, all: DomainEvent[]): Promise<void> {
  const events = all as AccountsEvent[];
  const erased = new Set(events.filter(event => event.type === 'user.erased').map(event => event.aggregate_id));
  const telling = events.filter(event => !erased.has(event.aggregate_id) && isTimely(deps, event));
  const drafts = await Promise.all(telling.map(event => draft(deps, event)));
  await writeMails(deps, drafts.flat());
  for (const personId of erased) await forgetPerson(deps.db, personId);
}

/** A link that no longer works is not worth a mail. */
function isTimely({ clock }: Deps, { type, at }: AccountsEvent): boolean {
  const lifeMs = type === 'user.reset_requested' ? limits.resetTokenLifeMs : MAIL_KEPT_MS;
  return clock.nowMs() - Date.parse(at) < lifeMs;
}

async function draft({ accounts, publicUrl: shop }: Deps, event: AccountsEvent): Promise<Draft[]> {
  const common = { cause: `accounts ${event.event_id}`, person_id: event.data.user_id, order_id: null };
  switch (event.type) {
    case 'user.signed_up':
    case 'user.email_changed': {
      const { token } = await accounts.mintMailToken({ token_id: event.data.token_id });
      const letter = letters.verification(event.data, token, shop);
      const verify: Draft = { ...common, kind: 'verification', to: event.data.email, letter };
      if (event.type === 'user.signed_up') return [verify];
      const notice = letters.emailChanged(event.data, shop);
      return [verify, { ...common, kind: 'email_changed', to: event.data.previous_email, letter: notice }];
    }
    case 'user.reset_requested': {
      const { token } = await accounts.mintMailToken({ token_id: event.data.token_id });
      const letter = letters.passwordReset(event.data, token, shop);
      return [{ ...common, kind: 'password_reset', to: event.data.email, letter }];
    }
    case 'user.password_changed': {
      const letter = letters.passwordChanged(event.data, shop);
      return [{ ...common, kind: 'password_changed', to: event.data.email, letter }];
    }
    case 'user.erased':
      return [];
  }
}
