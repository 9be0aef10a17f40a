import { type Census, census, type Facts, facts } from '@raremask/core';
import { type createHost, provision, type RunScope } from '@raremask/core/host';
import type { LabSettings, Subject } from '@raremask/lab';
import type { LabReport } from '@raremask/report';

/** The losses to be tried, and what they are tried on. */
export interface Candidates {
  readonly title: string;
  readonly settings: LabSettings;
  readonly subjects: readonly Subject[];
  readonly left: LabReport['left'];
  close(): Promise<void>;
}

/** A run in which losses are made that are tried on what has been counted already. */
export function quietRun(
  host: ReturnType<typeof createHost>,
  task: Facts,
  counted: () => Promise<Census>,
): RunScope {
  return host.run({
    seed: 0,
    log: { info() {}, warn() {} },
    provide: [provision(facts, () => task), provision(census, () => counted)],
  });
}
