/** Work that is done when there is some. */
export interface PokedWork {
  /** Begins a run, or makes another one follow the one under way. */
  poke(): void;
  /** Aborts the signal and waits for the run under way; later pokes do nothing. */
  stop(): Promise<void>;
}

/** One run at a time in this process. A run that throws is told to `onError`, and the next poke begins anew. */
export function runWhenPoked(
  work: (signal: AbortSignal) => Promise<unknown>,
  onError: (error: unknown) => void,
): PokedWork {
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  let isPoked = false;

  async function run(): Promise<void> {
    while (isPoked && !stopping.signal.aborted) {
      isPoked = false;
      try {
        await work(stopping.signal);
      } catch (error) {
        onError(error);
      }
    }
    running = undefined;
  }

  return {
    poke() {
      isPoked = true;
      if (!stopping.signal.aborted) running ??= run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
