import type { Command, OptionValues } from 'commander';
import type { Table } from './table.ts';

/**
 * A benchmark is one file of `bench/` with these exports. Its name is the file's; `npm run bench -- <name>` runs it on
 * shops of its own, prints what it found, and ends with one line of JSON.
 */
export interface Benchmark {
  description: string;
  /** Adds its options to its command. */
  options(command: Command): Command;
  run(scope: BenchScope, options: OptionValues, args: string[]): Promise<BenchReport>;
}

export interface BenchScope {
  /** Work for the end, however it comes: the last given is done first. */
  after(work: () => Promise<void>): void;
  /** Tells people how far it is; the results are printed at the end. */
  say(line: string): void;
}

export interface BenchReport {
  tables: Table[];
  /** Without one the benchmark has passed. */
  failures: string[];
  /** For programs: goes into the line of JSON. */
  results: unknown;
}
