import assert from 'node:assert/strict';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { accountsContract, type Session } from '#accounts';
import type { Refusal } from '#platform/outcome';

/** The session of somebody whom a route with access `user` let in. */
export function sessionOf({ session }: FastifyRequest): Session {
  assert(session !== null, 'a page with access `user` is entered by users');
  return session;
}

/** What accounts refused. */
export type AccountsRefusal = Refusal<string>;

/** The status of a refusal, as the API has it; who tried too often is told how long to wait. */
export function statusOf(reply: FastifyReply, refusal: AccountsRefusal): number {
  if (refusal.code === 'TOO_MANY_TRIES') void reply.header('Retry-After', String(waitSeconds(refusal)));
  return accountsContract.refusals[refusal.code]!.status;
}

export function waitSeconds({ detail }: AccountsRefusal): number {
  return Number(detail?.retry_after_seconds ?? 1);
}

/** The address of such a page is a key: it goes to nobody with the next click. */
export function keepAddressSecret(reply: FastifyReply): void {
  void reply.header('Referrer-Policy', 'no-referrer');
}
