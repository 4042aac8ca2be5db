/** What is to run when a signal is aborted: all of it behind one listener a signal. */
class Waiting {
  private readonly signal: AbortSignal;
  private readonly all = new Set<{ readonly run: () => void }>();
  private readonly tell = (): void => {
    waiting.delete(this.signal);
    for (const { run } of this.all) run();
  };

  constructor(signal: AbortSignal) {
    this.signal = signal;
    signal.addEventListener("abort", this.tell, { once: true });
  }

  add(run: () => void): () => void {
    const entry = { run };
    this.all.add(entry);
    return () => {
      if (!this.all.delete(entry) || this.all.size > 0) return;
      // A signal that nobody listens to may be collected.
      this.signal.removeEventListener("abort", this.tell);
      if (waiting.get(this.signal) === this) waiting.delete(this.signal);
    };
  }
}

const waiting = new WeakMap<AbortSignal, Waiting>();

/**
 * Runs something once when a signal is aborted; gives what calls it off. Thousands of futures may hang on one signal: with a
 * listener for each, taking one off would look through all of them, and Node would warn of a leak.
 * @param signal one that is not aborted yet
 */
export function onAbort(signal: AbortSignal, run: () => void): () => void {
  let known = waiting.get(signal);
  if (known === undefined) waiting.set(signal, (known = new Waiting(signal)));
  return known.add(run);
}
