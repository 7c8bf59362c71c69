import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import type { Database } from '#platform/sql';
import type { Config } from './config.ts';
import type { Gateway } from './payments/gateway.ts';
import { paypalGateway } from './payments/paypal/paypal-gateway.ts';
import { readShopId } from './payments/shop-store.ts';
import type { SimulatorBooks } from './payments/simulator/books.ts';
import { simulatorGateway } from './payments/simulator/simulator-gateway.ts';
import { stripeGateway } from './payments/stripe/stripe-gateway.ts';

interface Deps {
  db: Database;
  clock: Clock;
  log: Log;
  /** Of the simulator, where it runs in this process. */
  books: SimulatorBooks | undefined;
}

/**
 * What the configuration names, in the process with payments, whose schema has been migrated. The first one of a method
 * takes what names none.
 */
export async function openGateways(config: Config, { db, clock, log, books }: Deps): Promise<Gateway[]> {
  if (!config.modules.has('payments')) return [];
  const { paypal, stripe, hasSimulator } = config;
  const url = hasSimulator ? config.simulatorUrl : undefined;
  const [secret, ...olderSecrets] = simulatorSecrets(config);
  const of = { shopId: await readShopId(db), returnUrl: returnUrlOf(config), clock };
  if (books !== undefined && config.production)
    log.warn('payments go to the simulator: orders are confirmed, and no money moves');
  for (const warning of misplacedKeys(config)) log.warn(warning);
  return [
    ...(stripe ? [stripeGateway({ ...stripe, ...of })] : []),
    ...(paypal ? [paypalGateway({ ...paypal, ...of })] : []),
    ...(books ? [simulatorGateway({ books, secret, olderSecrets })] : []),
    ...(url ? [simulatorGateway({ url, secret, olderSecrets })] : []),
  ];
}

/** What signs the simulator's webhooks, and after a comma what did so before a rotation. */
export function simulatorSecrets({ secrets }: Pick<Config, 'secrets'>): [string, ...string[]] {
  return secrets.simulatorWebhook.split(',') as [string, ...string[]];
}

/** Where a gateway leads a person back to from their bank. Without a token: a bank should be told none. */
function returnUrlOf({ publicUrl }: Config): (order_id: string) => string {
  return order_id => `${publicUrl}/orders/${order_id}?placed=1&back=1`;
}

/** Credentials of the other of a gateway's two worlds than the shop is in, told without them. */
function misplacedKeys({ production, paypal, stripe }: Pick<Config, 'production' | 'paypal' | 'stripe'>): string[] {
  const worlds = [
    { name: 'Stripe', isLive: stripe?.secretKey.includes('_live_') },
    { name: 'PayPal', isLive: paypal && isLiveAtPaypal(paypal.url) },
  ];
  return worlds.flatMap(({ name, isLive }) => {
    if (isLive === undefined || isLive === production) return [];
    return isLive
      ? `live credentials of ${name} outside production (NODE_ENV): what is ordered here takes real money`
      : `test credentials of ${name} in production: orders are confirmed, and no money moves`;
  });
}

/** Its credentials look alike in both worlds: the address tells. */
function isLiveAtPaypal(url: string): boolean | undefined {
  const { hostname } = new URL(url);
  if (!hostname.endsWith('.paypal.com')) return undefined;
  return !hostname.endsWith('.sandbox.paypal.com');
}
