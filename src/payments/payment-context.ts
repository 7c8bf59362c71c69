import assert from 'node:assert/strict';
import type { Counter } from 'prom-client';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import type { GatewayCalls } from './gateway-call.ts';
import type { PaymentGroups } from './payment-groups.ts';

/** What the operations of this module share. */
export interface PaymentContext {
  groups: PaymentGroups;
  gateways: ReadonlyMap<string, GatewayCalls>;
  /** How long after an unanswered authorisation a gateway may still come to know it. */
  notFoundAfterMs: number;
  clock: Clock;
  log: Log;
  alarms: Counter<'kind'>;
}

export function gatewayOf({ gateways }: PaymentContext, { gateway: name }: { gateway: string }): GatewayCalls {
  const gateway = gateways.get(name);
  assert(gateway !== undefined, `the gateway ${name} of a payment is not configured here`);
  return gateway;
}
