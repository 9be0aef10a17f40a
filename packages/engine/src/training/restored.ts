import type { RunEvent } from '@raremask/core';
import { type MetricsTable, type RunFolder, readEvents } from '@raremask/record';
import type { Progress } from '../record/checkpointHead.ts';
import type { ResumePoint } from './resumePoint.ts';

interface Restoring {
  readonly from: ResumePoint;
  readonly table: MetricsTable;
  readonly folder: RunFolder;
  readonly progress: Pick<Progress, 'epoch' | 'lastEpoch'>;
  /** What the sentinel found after the last whole epoch. */
  readonly findings: readonly RunEvent[];
  /** Of the next step. */
  readonly learningRate: () => number;
}

/**
 * Brings metrics.csv of a run that goes on to what its checkpoint says.
 *
 * @returns what the journal lacks, and what is to be said
 */
export async function restored(of: Restoring): Promise<readonly RunEvent[]> {
  const { from, table, folder, progress, findings, learningRate } = of;
  const { epoch, lastEpoch } = progress;
  const lost = await table.keepUntil(epoch, lastEpoch);
  const events: RunEvent[] = [];
  if (lastEpoch !== undefined && !(await isRecorded(folder.events, epoch))) {
    events.push(lastEpoch, ...findings);
  }
  if (lost.length > 0) {
    const text = `metrics.csv has no row of epoch ${lost.join(', ')}; the weights have learned from ${lost.length === 1 ? 'it' : 'them'} all the same`;
    events.push({ type: 'note', level: 'warn', text });
  }
  const jump = jumpNote(from, table.lastLearningRate, learningRate, epoch);
  if (jump !== undefined) events.push({ type: 'note', level: 'warn', text: jump });
  return events;
}

/** Times that the learning rate may become larger or smaller between two steps without a word. */
const STEADY = 1.5;

/** What is said where a changed schedule lets the learning rate jump. */
function jumpNote(
  { changes }: ResumePoint,
  before: number | undefined,
  rate: () => number,
  epoch: number,
): string | undefined {
  if (!changes.some(({ path }) => path.startsWith('train.'))) return undefined;
  const now = rate();
  if (before === undefined || !(before > 0) || !(now > 0)) return undefined;
  const times = now / before;
  if (times < STEADY && times > 1 / STEADY) return undefined;
  return `the learning rate jumps: ${before.toPrecision(2)} at the end of epoch ${epoch}, ${now.toPrecision(2)} from here, as train.schedule says for the changed settings`;
}

async function isRecorded(events: string, epoch: number): Promise<boolean> {
  return (await readEvents(events)).some((one) => one.type === 'epoch' && one.epoch === epoch);
}
