import type { LoadResult } from './generate-load.ts';

/** What of the result makes a benchmark fail, in sentences that begin with the row's name. */
export function loadFailures(name: string, { answered, otherStatuses, broken, brokenReason }: LoadResult): string[] {
  const statuses = Object.entries(otherStatuses).map(([status, count]) => `${count} answers of ${status}`);
  const others = broken === 0 ? [] : [`${broken} broken connections (${brokenReason})`];
  const none = answered === 0 ? ['no answer of 200'] : [];
  return [...statuses, ...others, ...none].map(problem => `${name}: ${problem}`);
}
