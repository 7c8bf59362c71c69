/** Something that waits for a pause in typing. */
export interface TypingWatch {
  /** Forgets what has been typed until now. */
  cancel(): void;
}

/** Calls when somebody has typed and paused. What an input method is still composing is not typed yet. */
export function whenTyped(input: HTMLInputElement, quietMs: number, answer: () => void): TypingWatch {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const cancel = () => clearTimeout(waiting);
  const wait = () => {
    cancel();
    waiting = setTimeout(answer, quietMs);
  };
  input.addEventListener('input', event => ((event as InputEvent).isComposing ? cancel() : wait()));
  input.addEventListener('compositionend', wait);
  return { cancel };
}
