// A crowd in a process of its own: it takes one job, answers with its result, and ends.
import { type CrowdJob, generateCrowd } from './generate-crowd.ts';

process.once('message', async (job: CrowdJob) => {
  process.send!(await generateCrowd(job), () => process.disconnect());
});
