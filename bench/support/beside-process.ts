// Works beside the shop: it takes one job of one kind, answers with its result, and ends.
import { generateCrowd } from './generate-crowd.ts';
import { generateLoad } from './generate-load.ts';
import { generateOrders } from './generate-orders.ts';

const work = { load: generateLoad, orders: generateOrders, crowd: generateCrowd };

export type Work = typeof work;
export type Kind = keyof Work;

process.once('message', async ({ kind, job }: { kind: Kind; job: never }) => {
  process.send!(await work[kind](job), () => process.disconnect());
});
