import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { SCREENS, type Viewport } from '../../test/support/chromium.ts';
import type { OpenShop } from './open-pictured-shop.ts';
import type { PicturedPage } from './pages.ts';

export type Scheme = 'light' | 'dark';

interface Shot {
  scheme: Scheme;
  viewport: Viewport;
  /** The README shows what fits a screen; who looks pages through wants all of it. */
  fullPage: boolean;
}

const SETTLE_MS = 500;
const SCROLL_PAUSE_MS = 50;
const SCREENS_SCROLLED_MAX = 40;

/** A PNG of the page, as its person sees it. Throws where the page does not answer 200. */
export async function takePicture(browser: Browser, shop: OpenShop, wanted: PicturedPage, shot: Shot): Promise<Buffer> {
  const context = await browser.newContext({
    ...SCREENS[shot.viewport],
    colorScheme: shot.scheme,
    locale: 'en-US',
    timezoneId: 'UTC',
    baseURL: shop.url,
  });
  try {
    const token = shop.tokenOf(wanted.as);
    if (token !== undefined) await context.addCookies([{ name: 'session', value: token, url: shop.url }]);
    const page = await context.newPage();
    const path = typeof wanted.path === 'string' ? wanted.path : await wanted.path(shop);
    const answer = await page.goto(path, { waitUntil: 'load' });
    if (answer?.status() !== 200) throw new Error(`${path} answers ${answer?.status()}`);
    await wanted.prepare?.(page, shop);
    if (shot.fullPage) await loadLazyPictures(page);
    // Not until the network is idle: a page with live figures never is.
    await page.evaluate('document.fonts.ready.then(() => undefined)');
    await pause(SETTLE_MS);
    return await page.screenshot({ fullPage: shot.fullPage, animations: 'disabled' });
  } finally {
    await context.close();
  }
}

async function loadLazyPictures(page: Page): Promise<void> {
  for (let scrolled = 0; scrolled < SCREENS_SCROLLED_MAX; scrolled += 1) {
    const isAtEnd = await page.evaluate<boolean>(
      '(scrollBy(0, innerHeight), scrollY + innerHeight >= document.documentElement.scrollHeight - 1)',
    );
    await pause(SCROLL_PAUSE_MS);
    if (isAtEnd) break;
  }
  await page.evaluate('scrollTo(0, 0)');
}
