// What a page weighs and how fast it stands: bytes, LCP and CLS in Chromium on a phone's viewport with a processor four
// times slower, and Lighthouse's four scores, for home, category, search and product, against the budgets of issue 4.
import type { Command, OptionValues } from 'commander';
import { PARTS } from '../test/support/parts.ts';
import { startBenchShop } from './support/bench-shop.ts';
import type { BenchReport, BenchScope } from './support/benchmark.ts';
import { CATEGORIES, type Category, type LighthouseScores, runLighthouse } from './support/lighthouse-scores.ts';
import type { PageFigures } from './support/page-figures.ts';
import { readSiteAddresses } from './support/site-addresses.ts';
import { wholeNumber } from './support/whole-number.ts';

export const description = "bytes, LCP, CLS and Lighthouse's scores of home, category, search and product";

interface MeasuredPage {
  name: string;
  path: string;
  figures: PageFigures;
  scores: Record<Category, number> | undefined;
  lost: string[];
}

interface Budget {
  label: string;
  most?: number;
  least?: number;
  digits?: number;
  read(page: MeasuredPage): number | undefined;
}

const BUDGETS: Budget[] = [
  { label: 'HTML bytes', most: 30_000, read: ({ figures }) => figures.htmlBytes },
  { label: 'JS bytes', most: 30_000, read: ({ figures }) => figures.jsBytes },
  { label: 'CSS bytes', most: 20_000, read: ({ figures }) => figures.cssBytes },
  { label: 'LCP ms', most: 999, read: ({ figures }) => figures.lcpMs },
  { label: 'CLS', most: 0.0199, digits: 4, read: ({ figures }) => figures.cls },
  ...CATEGORIES.map(name => ({ label: name, least: 98, read: ({ scores }: MeasuredPage) => scores?.[name] })),
];

export function options(command: Command): Command {
  return command
    .option('--path <path...>', 'measure these addresses instead, such as /en/cart')
    .option('--url <url>', 'measure a shop that runs already')
    .option('--loads <n>', 'in Chromium, of which the median counts', wholeNumber, 5)
    .option('--lighthouse-runs <n>', 'of which the median counts', wholeNumber, 3)
    .option('--no-lighthouse', 'leave Lighthouse out');
}

export async function run(scope: BenchScope, options: OptionValues): Promise<BenchReport> {
  const executablePath = PARTS.chromium.find();
  if (executablePath === null) throw new Error(`Chromium is not on this machine: ${PARTS.chromium.enable}`);
  const url: string = options.url ?? (await startBenchShop(scope)).url;
  const paths = await namedPaths(url, options.path);
  const { launchChromium } = await import('../test/support/chromium.ts');
  const browser = await launchChromium(executablePath);
  scope.after(() => browser.close());

  const { measurePage } = await import('./support/page-figures.ts');
  const pages: MeasuredPage[] = [];
  for (const { name, path } of paths) {
    // The budgets are for a warm origin: somebody was here before.
    await measurePage(browser, url + path);
    const loads: PageFigures[] = [];
    for (let load = 0; load < options.loads; load += 1) loads.push(await measurePage(browser, url + path));
    const runs: LighthouseScores[] = [];
    for (let run = 0; options.lighthouse && run < options.lighthouseRuns; run += 1) {
      runs.push(await runLighthouse(scope, executablePath, url + path));
    }
    pages.push({ name, path, figures: medians(loads), ...medianScores(runs) });
    scope.say(`${name}: ${path} measured`);
  }
  return report(pages);
}

async function namedPaths(url: string, paths: string[] | undefined): Promise<{ name: string; path: string }[]> {
  if (paths !== undefined) return paths.map(path => ({ name: path, path }));
  const { home, category, searches, products } = await readSiteAddresses(url);
  return [
    { name: 'home', path: home },
    { name: 'category', path: category },
    { name: 'search', path: searches[0]! },
    { name: 'product', path: products[0]! },
  ];
}

function medians(loads: PageFigures[]): PageFigures {
  const of = (read: (figures: PageFigures) => number) => median(loads.map(read));
  return {
    htmlBytes: of(load => load.htmlBytes),
    jsBytes: of(load => load.jsBytes),
    cssBytes: of(load => load.cssBytes),
    lcpMs: of(load => load.lcpMs),
    cls: of(load => load.cls),
  };
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)]!;
}

function medianScores(runs: LighthouseScores[]): Pick<MeasuredPage, 'scores' | 'lost'> {
  if (runs.length === 0) return { scores: undefined, lost: [] };
  const entries = CATEGORIES.map(name => [name, median(runs.map(({ scores }) => scores[name]))]);
  const lost = [...new Set(runs.flatMap(run => run.lost))];
  return { scores: Object.fromEntries(entries) as Record<Category, number>, lost };
}

function report(pages: MeasuredPage[]): BenchReport {
  const columns = ['', 'budget', ...pages.map(({ name }) => name)];
  const rows = BUDGETS.map(budget => [
    ...[budget.label, budget.most === undefined ? `≥ ${budget.least}` : `≤ ${shown(budget, budget.most)}`],
    ...pages.map(page => verdict(budget, page)),
  ]);
  const failures = pages.flatMap(page =>
    BUDGETS.filter(budget => isMissed(budget, page)).map(
      budget => `${page.name}: ${budget.label} is ${shown(budget, budget.read(page))}`,
    ),
  );
  const lost = pages.flatMap(({ name, lost }) => lost.map(line => [name, line]));
  const tables = [{ columns, rows }, ...(lost.length > 0 ? [{ columns: ['page', 'points lost at'], rows: lost }] : [])];
  return { tables, failures, results: pages };
}

function isMissed({ read, most = Number.POSITIVE_INFINITY, least = 0 }: Budget, page: MeasuredPage): boolean {
  const value = read(page);
  return value !== undefined && (value > most || value < least);
}

function verdict(budget: Budget, page: MeasuredPage): string {
  return `${shown(budget, budget.read(page))}${isMissed(budget, page) ? ' !' : ''}`;
}

function shown({ digits = 0 }: Budget, value: number | undefined): string {
  if (value === undefined) return '-';
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
