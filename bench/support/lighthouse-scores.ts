import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CHROMIUM_FLAGS } from '../../test/support/chromium.ts';
import type { BenchScope } from './benchmark.ts';

export const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo'] as const;
export type Category = (typeof CATEGORIES)[number];

const START_WITHIN_MS = 30_000;

export interface LighthouseScores {
  /** 0 to 100. */
  scores: Record<Category, number>;
  /** Audits that took points away: `category: title (what was shown)`. */
  lost: string[];
}

/**
 * One run with Lighthouse's defaults: a phone, its own simulated slow network and processor. It has a Chromium to
 * itself: in one that Playwright drives too, the trace lacks the beginning of the navigation.
 */
export async function runLighthouse(
  scope: BenchScope,
  executablePath: string,
  address: string,
): Promise<LighthouseScores> {
  const chromium = await startChromium(scope, executablePath);
  try {
    return await scoreOf(address, chromium.port);
  } finally {
    await chromium.stop();
  }
}

async function scoreOf(address: string, port: number): Promise<LighthouseScores> {
  // Loaded only when it is used: the other benchmarks start without it.
  const { default: lighthouse } = await import('lighthouse');
  const result = await lighthouse(address, {
    port,
    hostname: '127.0.0.1',
    output: 'json',
    logLevel: 'error',
    onlyCategories: [...CATEGORIES],
  });
  if (result === undefined) throw new Error(`Lighthouse gave no result for ${address}`);
  const { categories, audits, runtimeError } = result.lhr;
  if (runtimeError !== undefined) throw new Error(`Lighthouse at ${address}: ${runtimeError.message}`);
  const percent = (name: Category) => Math.round(100 * (categories[name]?.score ?? 0));
  const scores = Object.fromEntries(CATEGORIES.map(name => [name, percent(name)])) as Record<Category, number>;
  const lost = CATEGORIES.flatMap(name =>
    (categories[name]?.auditRefs ?? [])
      .map(({ id, weight }) => ({ audit: audits[id]!, weight }))
      .filter(({ audit, weight }) => weight > 0 && audit.score !== null && audit.score < 0.9)
      .map(({ audit }) => `${name}: ${audit.title}${audit.displayValue ? ` (${audit.displayValue})` : ''}`),
  );
  return { scores, lost };
}

/** A Chromium with a fresh profile that listens for its debugger on a free port of loopback. */
async function startChromium(scope: BenchScope, executablePath: string) {
  const profile = await mkdtemp(join(tmpdir(), 'doorbuster-chromium-'));
  const flags = ['--headless=new', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'];
  const child = spawn(executablePath, [...CHROMIUM_FLAGS, ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  let isStopped = false;
  const stop = async () => {
    if (isStopped) return;
    isStopped = true;
    child.kill();
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  scope.after(stop);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', text => {
    said += text;
  });
  const deadline = performance.now() + START_WITHIN_MS;
  for (;;) {
    const port = /DevTools listening on ws:\/\/[^/]+:(\d+)\//.exec(said)?.[1];
    if (port !== undefined) return { port: Number(port), stop };
    if (child.exitCode !== null || performance.now() > deadline) throw new Error(`Chromium did not start:\n${said}`);
    await pause(50);
  }
}
