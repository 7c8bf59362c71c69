// Shoppers in a process of their own: it takes one job, answers with its result, and ends.
import { generateOrders, type OrdersJob } from './generate-orders.ts';

process.once('message', async (job: OrdersJob) => {
  process.send!(await generateOrders(job), () => process.disconnect());
});
