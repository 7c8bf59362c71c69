import { type Browser, chromium, type ViewportSize } from 'playwright-core';

export type Viewport = 'phone' | 'desktop';

interface Screen {
  viewport: ViewportSize;
  isMobile: boolean;
  hasTouch: boolean;
}

/** One pixel a CSS pixel: pictures of a page are as wide as its viewport. */
export const SCREENS: Record<Viewport, Screen> = {
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
  desktop: { viewport: { width: 1280, height: 800 }, isMobile: false, hasTouch: false },
};

/** Nothing of Chromium's own may reach for the network, and a container has neither a sandbox nor a GPU. */
export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A Chromium with a fresh profile, which ends with its `close()`. */
export async function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: CHROMIUM_FLAGS, headless: true });
}
