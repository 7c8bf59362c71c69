import type { LiveTick } from '../staff/running-shop.ts';

/** `waiting`: nothing is heard, though somebody listens; `paused`: the page is not looked at. */
export type LiveState = 'on' | 'waiting' | 'paused';

/** A tick comes each second: after so long without one the page no longer says that it is live. */
const SILENT_MS = 6_000;
/** A browser goes on by itself after a cut, but gives up at an answer that is no stream: too many listen, for one. */
const REOPEN_MS = 15_000;

/** Follows the shop's figures while the page is looked at; a hidden page asks for nothing. */
export function listensLive(options: { onTick(tick: LiveTick): void; onState(state: LiveState): void }): void {
  let source: EventSource | undefined;
  let reopening: ReturnType<typeof setTimeout> | undefined;
  let heardMs = performance.now();
  let state: LiveState | undefined;

  function change(next: LiveState): void {
    if (next === state) return;
    state = next;
    options.onState(next);
  }

  function open(): void {
    close();
    const opened = new EventSource('/api/admin/live');
    source = opened;
    opened.addEventListener('message', ({ data }) => {
      heardMs = performance.now();
      change('on');
      options.onTick(JSON.parse(data) as LiveTick);
    });
    opened.addEventListener('error', () => {
      if (opened === source && opened.readyState === EventSource.CLOSED) reopening = setTimeout(open, REOPEN_MS);
    });
  }

  function close(): void {
    clearTimeout(reopening);
    source?.close();
    source = undefined;
  }

  function follow(): void {
    if (document.hidden) {
      close();
      change('paused');
    } else {
      heardMs = performance.now();
      open();
    }
  }

  document.addEventListener('visibilitychange', follow);
  setInterval(() => {
    if (!document.hidden && performance.now() - heardMs > SILENT_MS) change('waiting');
  }, 1_000);
  follow();
}
