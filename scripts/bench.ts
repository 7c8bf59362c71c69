// `npm run bench -- <name> [options]`: one benchmark of `bench/`, with a table for people and a last line of JSON for
// programs. `--list` tells which there are. Exit 1 when one of its figures is missed.
import { readdirSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { basename } from 'node:path';
import { Command } from 'commander';
import type { Benchmark } from '../bench/support/benchmark.ts';
import { openScope } from '../bench/support/open-scope.ts';
import { formatTable } from '../bench/support/table.ts';

const FOLDER = new URL('../bench/', import.meta.url);
const say = (line: string) => void process.stdout.write(`${line}\n`);

const benchmarks = await loadBenchmarks();
const program = new Command('bench').description('Measures a shop of its own on this machine.');
program.option('--list', 'the benchmarks that there are').on('option:list', () => {
  for (const [name, { description }] of benchmarks) say(`${name.padEnd(12)}${description}`);
  process.exit(0);
});
for (const [name, benchmark] of benchmarks) {
  const command = program.command(name).description(benchmark.description);
  benchmark.options(command).action(async () => {
    process.exitCode = (await runBenchmark(name, benchmark, command)) ? 0 : 1;
  });
}
await program.parseAsync();

async function loadBenchmarks(): Promise<Map<string, Benchmark>> {
  const files = readdirSync(FOLDER).filter(file => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  const loaded = files.sort().map(async file => {
    const benchmark: Benchmark = await import(new URL(file, FOLDER).href);
    return [basename(file, '.ts'), benchmark] as const;
  });
  return new Map(await Promise.all(loaded));
}

async function runBenchmark(name: string, benchmark: Benchmark, command: Command): Promise<boolean> {
  const options = command.opts();
  const machine = readMachine();
  const scope = openScope(say);
  try {
    const { tables, failures, results } = await benchmark.run(scope, options, command.args);
    for (const table of tables) say(`\n${formatTable(table)}`);
    say(`\n${machine.cores} cores (${machine.model}), Node ${machine.node}, load before: ${machine.load}`);
    for (const failure of failures) say(`MISSED  ${failure}`);
    say(JSON.stringify({ bench: name, at: new Date().toISOString(), machine, options, results, failures }));
    return failures.length === 0;
  } finally {
    await scope.end();
  }
}

/** Figures mean nothing without it. The load is that of the last minute, before the benchmark adds its own. */
function readMachine() {
  const model = cpus()[0]?.model.trim() ?? 'unknown';
  return { cores: availableParallelism(), model, node: process.versions.node, load: loadavg()[0]!.toFixed(2) };
}
