// Goal: what every gateway's adapter promises, whoever stands behind it. Method: the adapter's test file calls this
// with a maker of worlds: the adapter, the other side's own books, and ways to lose a request or an answer on the way.
import type { TestContext } from 'node:test';
import type { GatewayWorld } from '../../test/support/gateway-world.ts';
import { movements } from './gateway-movements.contract.ts';
import { outages } from './gateway-outages.contract.ts';
import { webhooks } from './gateway-webhooks.contract.ts';

export type OpenWorld = (t: TestContext) => Promise<GatewayWorld>;

export async function gatewayContract(t: TestContext, open: OpenWorld): Promise<void> {
  for (const [says, prove] of Object.entries({ ...movements, ...outages, ...webhooks })) {
    await t.test(says, async t => prove(await open(t)));
  }
}
