import type { Clock } from './clock.ts';
import type { Metrics } from './metrics.ts';

export interface GroupCommitOptions<Command, Result> {
  /** Names the group in metrics and errors: `inventory_hold`. */
  name: string;
  /** ONE statement or transaction for all commands; answers one result a command, in order. */
  run(commands: Command[]): Promise<Result[]>;
  /** After a lost connection: what each command's unique id says of it, undefined where it was not applied. */
  find(commands: Command[]): Promise<(Result | undefined)[]>;
  sizeMax?: number;
  queueMax?: number;
  /** Groups in flight; 1 keeps arrival order. */
  parallel?: number;
  metrics?: Metrics;
  clock?: Clock;
  /** 0 to 1, for the jitter of retries. */
  random?: () => number;
}

export interface GroupCommit<Command, Result> {
  /**
   * Joins the next group and answers this command's own result. Throws `Unavailable` when the queue is full, while
   * stopping, or when the database stays away; a command that PostgreSQL refuses (class 22, 23) gets that error alone.
   */
  submit(command: Command): Promise<Result>;
  /** Finishes what was accepted and refuses what comes later. */
  stop(): Promise<void>;
  /** Commands that wait for a group. */
  readonly queued: number;
}

export function groupCommit<Command, Result>(
  _options: GroupCommitOptions<Command, Result>,
): GroupCommit<Command, Result> {
  throw new Error('written next');
}
