// Goal: what every gateway's adapter promises, whoever stands behind it. Method: the adapter's test file calls this
// with a maker of worlds: the adapter, the other side's own books, and ways to lose a request or an answer on the way.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { GatewayWorld } from '../../test/support/gateway-world.ts';
import { movements } from './gateway-movements.contract.ts';
import { outages } from './gateway-outages.contract.ts';
import { webhooks } from './gateway-webhooks.contract.ts';

export type OpenWorld = (t: TestContext) => Promise<GatewayWorld>;

/** `without` names the promises that a gateway can't keep, each with the reason and what is promised instead. */
export async function gatewayContract(
  t: TestContext,
  open: OpenWorld,
  without: Readonly<Record<string, string>> = {},
): Promise<void> {
  const proofs = { ...movements, ...outages, ...webhooks };
  for (const says of Object.keys(without)) assert.ok(Object.hasOwn(proofs, says), `the contract says: ${says}`);
  for (const [says, prove] of Object.entries(proofs)) {
    if (!Object.hasOwn(without, says)) await t.test(says, async t => prove(await open(t)));
  }
}
