// The load generator in a process of its own: it takes one job, answers with its result, and ends.
import { generateLoad, type LoadJob } from './generate-load.ts';

process.once('message', async (job: LoadJob) => {
  process.send!(await generateLoad(job), () => process.disconnect());
});
