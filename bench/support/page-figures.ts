import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, Page, Request } from 'playwright-core';
import { SCREENS } from '../../test/support/chromium.ts';

/** One load of a page by somebody who has never been here, on a phone with a slow processor. */
export interface PageFigures {
  /** Bodies as they came over the line, compressed. */
  htmlBytes: number;
  jsBytes: number;
  cssBytes: number;
  lcpMs: number;
  /** The sum of all shifts, those of lazy pictures included: never less than what Chrome's windows would say. */
  cls: number;
}

const CPU_SLOWDOWN = 4;
const SETTLE_MS = 1_000;
const SCROLL_PAUSE_MS = 60;
const SCREENS_SCROLLED_MAX = 30;

/** Buffered entries come to an observer's callback even when it begins late; nothing is put into the page before. */
const READ_LCP = `new Promise(resolve => {
  new PerformanceObserver(list => resolve(list.getEntries().at(-1).startTime))
    .observe({ type: 'largest-contentful-paint', buffered: true });
  setTimeout(() => resolve(-1), 5000);
})`;
const READ_CLS = `new Promise(resolve => {
  let sum = 0;
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => resolve(sum), 300);
})`;

export async function measurePage(browser: Browser, address: string): Promise<PageFigures> {
  const context = await browser.newContext({ ...SCREENS.phone, locale: 'en-US' });
  try {
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
    const requests: Request[] = [];
    page.on('requestfinished', request => void requests.push(request));
    const answer = await page.goto(address, { waitUntil: 'load' });
    if (answer?.status() !== 200) throw new Error(`${address} answers ${answer?.status()}`);
    await pause(SETTLE_MS);
    const lcpMs = await page.evaluate<number>(READ_LCP);
    if (lcpMs < 0) throw new Error(`${address} painted nothing`);
    await scrollToEnd(page);
    const cls = await page.evaluate<number>(READ_CLS);
    const bytes = await bytesByType(requests);
    return { htmlBytes: bytes.document, jsBytes: bytes.script, cssBytes: bytes.stylesheet, lcpMs, cls };
  } finally {
    await context.close();
  }
}

/** Lazy pictures come in on the way, and must not push anything. */
async function scrollToEnd(page: Page): Promise<void> {
  for (let scrolled = 0; scrolled < SCREENS_SCROLLED_MAX; scrolled += 1) {
    const isAtEnd = await page.evaluate<boolean>(
      '(scrollBy(0, innerHeight), scrollY + innerHeight >= document.documentElement.scrollHeight - 1)',
    );
    await pause(SCROLL_PAUSE_MS);
    if (isAtEnd) return;
  }
}

async function bytesByType(requests: Request[]) {
  const bytes = { document: 0, script: 0, stylesheet: 0 };
  for (const request of requests) {
    const type = request.resourceType();
    if (type === 'document' || type === 'script' || type === 'stylesheet') {
      bytes[type] += (await request.sizes()).responseBodySize;
    }
  }
  return bytes;
}
