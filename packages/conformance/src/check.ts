/** One thing that a plugin must do. Bound to no test runner: `run` rejects where it does not. */
export interface Check {
  /** A fact in the present tense, such as `ignores pixels of weight 0`. */
  readonly name: string;
  /** Rejects with a `ConformanceError` that says what is wrong. */
  run(): Promise<void>;
}

/** What became of a check. */
export interface CheckResult {
  readonly name: string;
  /** Absent where the plugin passed. */
  readonly error?: Error;
}

/** Runs checks one after the other; one that fails does not stop the others. */
export async function runChecks(checks: readonly Check[]): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { name, run } of checks) {
    try {
      await run();
      results.push({ name });
    } catch (error) {
      results.push({ name, error: error instanceof Error ? error : new Error(String(error)) });
    }
  }
  return results;
}
