// `npm run check`: everything that can be said about the code without running the shop, in under a minute. With
// `--fix`, Biome first mends format, imports and what it can of the lint.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Step {
  name: string;
  command: string[];
}

interface StepResult {
  isPassed: boolean;
  output: string;
}

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const WALLS = ['test/architecture.test.ts', 'test/tidy.test.ts'];
/** The machine this is made for has two cores; the longest step starts first. */
const CONCURRENCY = 2;

// Children find this Node 24 first: some tools are started through `#!/usr/bin/env node`.
const environment: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter),
};

const STEPS: Step[] = [
  { name: 'dead code', command: [tool('knip'), '--no-progress', '--no-config-hints', '--no-tag-hints'] },
  { name: 'types', command: [tool('tsc'), '--noEmit', '--pretty', 'false'] },
  { name: 'walls and house rules', command: [process.execPath, '--test', '--test-reporter=spec', ...WALLS] },
  { name: 'format and lint', command: [tool('biome'), 'check', '--colors=off', '--error-on-warnings', '.'] },
];

process.chdir(ROOT);
process.exitCode = (await checkAll(process.argv.includes('--fix'))) ? 0 : 1;

async function checkAll(isFixing: boolean): Promise<boolean> {
  const startMs = performance.now();
  if (isFixing) await runStep({ name: 'fix', command: [tool('biome'), 'check', '--colors=off', '--write', '.'] });
  const waiting = [...STEPS];
  const failed: { step: Step; output: string }[] = [];
  const lane = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const { isPassed, output } = await runStep(step);
      if (!isPassed) failed.push({ step, output });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
  for (const { step, output } of failed) console.log(`\n--- ${step.name} ---\n${output.trim()}`);
  const verdict =
    failed.length === 0 ? 'check passed' : `check failed: ${failed.map(({ step }) => step.name).join(', ')}`;
  console.log(`\n${verdict} (${seconds(startMs)})`);
  return failed.length === 0;
}

/** Output is kept until the end, so that two steps at once do not mix. */
async function runStep({ name, command }: Step): Promise<StepResult> {
  const startMs = performance.now();
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: environment });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', text => {
      output += text;
    });
  }
  const isPassed = await once(child, 'close').then(
    ([code]) => code === 0,
    error => {
      output += String(error);
      return false;
    },
  );
  console.log(`${isPassed ? 'ok    ' : 'FAILED'} ${name.padEnd(24)} ${seconds(startMs)}`);
  return { isPassed, output };
}

function seconds(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
}

/** On Windows npm writes a `.cmd` beside the shell script. */
function tool(name: string): string {
  const path = join(ROOT, 'node_modules', '.bin', name);
  return existsSync(`${path}.cmd`) ? `${path}.cmd` : path;
}
