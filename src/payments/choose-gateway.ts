import type { OfferedMethod, PaymentInput } from './contract.ts';
import type { GatewayCalls } from './gateway-call.ts';
import type { PaymentContext } from './payment-context.ts';

/** Every way to pay, best first: what answers before what doesn't, then as the gateways are given. */
export function listMethods(context: PaymentContext): OfferedMethod[] {
  const offered = [...context.gateways.values()].flatMap(gateway =>
    gateway.methods.map(method => ({ method, gateway: gateway.name, is_available: gateway.isAvailable() })),
  );
  return offered.toSorted((a, b) => Number(b.is_available) - Number(a.is_available));
}

/** The gateways that can take a payment, the preferred first: one at most where it is named. */
export function gatewaysFor(
  context: PaymentContext,
  { method, gateway: name }: Pick<PaymentInput, 'method' | 'gateway'>,
): GatewayCalls[] {
  return [...context.gateways.values()].filter(
    gateway => gateway.methods.includes(method) && (name === undefined || gateway.name === name),
  );
}
