import { toast } from './toast.ts';
import { wordsOfPage } from './words-of-page.ts';

/** Says when the network goes and when it comes back. */
export function tellsOffline(): void {
  const words = wordsOfPage();
  addEventListener('offline', () => toast(words.offline, { stays: true }));
  addEventListener('online', () => toast(words.backOnline));
}
