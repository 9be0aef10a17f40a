import { prepared } from '../backend/prepared.ts';
import type { Console } from '../console.ts';
import { EXIT } from '../failure.ts';
import { keptSplitNote, manifestOfRun } from '../manifestArguments.ts';
import { scoreRun } from './scoreRun.ts';

export interface EvaluationOptions {
  readonly split?: 'train' | 'validation' | 'test';
  readonly checkpoint?: 'best' | 'last';
  readonly set?: readonly string[];
  readonly backend?: string;
  readonly precision?: string;
}

/** Scores a split with the weights of a run that is there. */
export async function evaluateRun(
  run: string,
  options: EvaluationOptions,
  console: Console,
): Promise<number> {
  const loaded = await manifestOfRun(run, options);
  const kept = keptSplitNote(loaded, options);
  if (kept !== undefined) console.note('warn', kept);
  const { reason, compute } = await prepared(loaded);
  console.note('info', reason);
  await scoreRun(loaded, run, { ...options, compute }, console);
  return EXIT.ok;
}
