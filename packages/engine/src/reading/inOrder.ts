/**
 * Runs jobs, `ahead` of them besides the one that is handed over (asked anew each time), and yields their results in
 * order. New ones begin only when a result is asked for, so a generator that nobody asks stands still.
 */
export async function* inOrder<J, R>(
  jobs: Iterable<J>,
  run: (job: J) => Promise<R>,
  ahead: () => number,
  onStall?: (seconds: number) => void,
): AsyncGenerator<{ job: J; result: R }> {
  const waiting: { job: J; result: Promise<R>; ready: boolean }[] = [];
  const source = jobs[Symbol.iterator]();
  const begin = () => {
    const next = source.next();
    if (next.done) return;
    const entry = { job: next.value, result: run(next.value), ready: false };
    const settle = () => {
      entry.ready = true;
    };
    // A failure is thrown when its turn comes; until then it must not count as unhandled.
    entry.result.then(settle, settle);
    waiting.push(entry);
  };
  try {
    for (let first = true; ; first = false) {
      while (waiting.length <= ahead()) {
        const before = waiting.length;
        begin();
        if (waiting.length === before) break;
      }
      const entry = waiting.shift();
      if (entry === undefined) return;
      const asked = performance.now();
      const late = !first && !entry.ready;
      const result = await entry.result;
      if (late) onStall?.((performance.now() - asked) / 1000);
      yield { job: entry.job, result };
    }
  } finally {
    source.return?.();
  }
}
