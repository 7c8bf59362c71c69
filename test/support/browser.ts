import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium, SCREENS, type Viewport } from './chromium.ts';
import { need } from './parts.ts';

export interface BrowserOptions {
  viewport: Viewport;
  javascript: boolean;
  colorScheme: 'light' | 'dark';
  reducedMotion?: 'reduce' | 'no-preference';
  /** English of the United States when left out; the time zone is always UTC. */
  locale?: string;
  /** The shop, so that `page.goto('/en')` is enough. */
  url?: string;
}

/** A browser of its own for one test: no cookie, no cache, no history. */
export interface TestBrowser {
  page: Page;
  context: BrowserContext;
  /** Another tab of the same person. */
  newPage(): Promise<Page>;
  /** From now on, answers of this status are expected at addresses that are, end with or match `address`. */
  allow(address: string | RegExp, status: number): void;
  /** Fails with every console error, page error, failed request and answer >= 400 of all pages so far. */
  assertQuiet(): void;
}

interface TestContext {
  after(work: () => Promise<void>): void;
  skip(reason: string): void;
}

interface Noise {
  text: string;
  /** Of an answer >= 400, and of the line that Chromium writes to the console about it. */
  address?: string;
  status?: number;
}

/** One process for all tests of a file. */
let launched: Promise<Browser> | undefined;

after(async () => {
  await (await launched)?.close();
});

/**
 * Null where Chromium is missing: the test is skipped then and returns. Hooks run in the order of their registration,
 * so a test opens its browser before its shop, or uses a shop of the whole file.
 */
export async function openBrowser(t: TestContext, options: BrowserOptions): Promise<TestBrowser | null> {
  const executablePath = need(t, 'chromium');
  if (executablePath === null) return null;
  launched ??= launchChromium(executablePath);
  const browser = await launched;
  const context = await browser.newContext({
    ...SCREENS[options.viewport],
    javaScriptEnabled: options.javascript,
    colorScheme: options.colorScheme,
    reducedMotion: options.reducedMotion ?? 'no-preference',
    locale: options.locale ?? 'en-US',
    timezoneId: 'UTC',
    baseURL: options.url,
  });
  t.after(() => context.close());
  const noises: Noise[] = [];
  const allowed: { address: string | RegExp; status: number }[] = [];
  listen(context, noises);
  return {
    page: await context.newPage(),
    context,
    newPage: () => context.newPage(),
    allow: (address, status) => void allowed.push({ address, status }),
    assertQuiet() {
      const loud = noises.filter(noise => !allowed.some(one => covers(one, noise)));
      if (loud.length > 0) assert.fail(['the pages are not quiet:', ...loud.map(({ text }) => `  ${text}`)].join('\n'));
    },
  };
}

function covers(allowed: { address: string | RegExp; status: number }, { address, status }: Noise): boolean {
  if (address === undefined || status !== allowed.status) return false;
  return typeof allowed.address === 'string' ? address.endsWith(allowed.address) : allowed.address.test(address);
}

function listen(context: BrowserContext, noises: Noise[]): void {
  context.on('console', message => {
    if (message.type() !== 'error') return;
    const address = message.location().url;
    const status = /^Failed to load resource: the server responded with a status of (\d{3})/.exec(message.text())?.[1];
    const text = `console error at ${address}: ${message.text()}`;
    noises.push({ text, address, status: status === undefined ? undefined : Number(status) });
  });
  context.on('weberror', thrown => {
    const error = thrown.error();
    noises.push({ text: `page error at ${thrown.page()?.url()}: ${error.stack ?? error.message}` });
  });
  context.on('requestfailed', request => {
    const reason = request.failure()?.errorText ?? 'no reason given';
    // The browser itself takes back what the next click makes needless, an event stream for one.
    if (reason === 'net::ERR_ABORTED') return;
    noises.push({ text: `failed request: ${request.method()} ${request.url()}: ${reason}` });
  });
  context.on('response', response => {
    const status = response.status();
    const address = response.url();
    if (status < 400) return;
    noises.push({ text: `answer ${status}: ${response.request().method()} ${address}`, address, status });
  });
}

/**
 * The whole page as a PNG in the folder that SHOTS names, to be looked at; nothing without it. `name` is the file's,
 * without its ending.
 */
export async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env.SHOTS;
  if (folder === undefined || folder === '') return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true, animations: 'disabled' });
}
