// The payment simulator in a process of its own, as a real gateway is: its options come first, then where the shop
// takes webhooks. It lives until it is killed, or until whoever started it is gone.
import { createLog } from '#platform/log';
import { type ChaosRates, seededChaos } from '../../src/payments/simulator/chaos.ts';
import { type SimulatorOptions, startSimulator } from '../../src/payments/simulator/start-simulator.ts';

export interface SimulatorJob extends Pick<SimulatorOptions, 'dataDir' | 'secret' | 'settleMs'> {
  chaos: { rates: ChaosRates; seed: string };
}

process.once('disconnect', () => process.exit());
process.once('message', async ({ chaos: { rates, seed }, ...options }: SimulatorJob) => {
  const log = createLog({ level: 'warn' });
  const simulator = await startSimulator({ ...options, port: 0, log, chaos: seededChaos(rates, seed) });
  process.on('message', (webhookUrl: string) => simulator.setWebhookUrl(webhookUrl));
  process.send!(simulator.url);
});
