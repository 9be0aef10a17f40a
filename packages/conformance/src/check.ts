import { isRaremaskError } from '@raremask/core';

/** One thing that a plugin must do. Bound to no test runner: `run` rejects where it does not. */
export interface Check {
  /** A fact in the present tense, such as `ignores pixels of weight 0`. */
  readonly name: string;
  /** Rejects with a `ConformanceError` that says what is wrong. */
  run(): Promise<void>;
  /** After `run`: the check that has reported the same fault before, where this one does not again. */
  reportedBy?(): string | undefined;
}

/** What became of a check. */
export interface CheckResult {
  readonly name: string;
  /** Absent where the plugin passed, and where another check has reported the same. */
  readonly error?: Error;
  /** The check that has. */
  readonly reportedBy?: string;
}

/**
 * The same checks, of which each fault is reported by the first one that meets it: a loss that throws
 * breaks every law, and is one finding.
 */
export function reportedOnce(checks: readonly Check[]): readonly Check[] {
  const reported = new Map<string, string>();
  return checks.map(({ name, run }) => {
    let reportedBy: string | undefined;
    return {
      name,
      async run() {
        reportedBy = undefined;
        try {
          await run();
        } catch (error) {
          const fault = faultOf(error);
          const by = reported.get(fault) ?? name;
          reported.set(fault, by);
          if (by === name) throw error;
          reportedBy = by;
        }
      },
      reportedBy: () => reportedBy,
    };
  });
}

/** What is wrong, whatever it was tried on. */
function faultOf(error: unknown): string {
  if (!isRaremaskError(error)) return String(error);
  const { what, got } = error.parts;
  return `${error.code} ${what} ${got ?? ''}`;
}

/** Runs checks one after the other; one that fails does not stop the others. */
export async function runChecks(checks: readonly Check[]): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of checks) {
    const { name } = check;
    try {
      await check.run();
      const reportedBy = check.reportedBy?.();
      results.push({ name, ...(reportedBy !== undefined && { reportedBy }) });
    } catch (error) {
      results.push({ name, error: error instanceof Error ? error : new Error(String(error)) });
    }
  }
  return results;
}
