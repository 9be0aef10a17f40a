import { readFile } from 'node:fs/promises';
import { dirname, parse, resolve } from 'node:path';
import { checkedYaml, secondsOf } from '@raremask/core/manifest';
import { noTime } from '../errors.ts';
import { manifestFromArguments } from '../manifestArguments.ts';
import { noSweepFile, wrongSweepNumber } from './errors.ts';
import type { SweepRequest } from './plan.ts';
import { sweepShape } from './shape.ts';

export interface SweepArguments {
  readonly folds?: string;
  readonly seeds?: string;
  readonly budget?: string;
}

/**
 * A sweep file; or, with folds or seeds on the command line, a manifest that is trained with these. A budget on the
 * command line is that of this call; `none`: no end.
 */
export async function sweepRequest(
  file: string | undefined,
  { budget, ...options }: SweepArguments,
): Promise<SweepRequest> {
  if (budget !== undefined && budget !== 'none' && secondsOf(budget) === undefined) {
    throw noTime(budget);
  }
  const request = await withoutBudget(file, options);
  if (budget === undefined) return request;
  return { ...request, budget: budget === 'none' ? undefined : budget };
}

async function withoutBudget(
  file: string | undefined,
  { folds, seeds }: Omit<SweepArguments, 'budget'>,
): Promise<SweepRequest> {
  if (folds === undefined && seeds === undefined) return await requestOfFile(file);
  const count = folds === undefined ? undefined : wholeNumber('--folds', folds, 2);
  const list = seeds?.split(',').map((seed) => wholeNumber('--seeds', seed, 0));
  if (list && new Set(list).size < list.length) throw wrongSweepNumber('--seeds', seeds!);
  const loaded = await manifestFromArguments(file, {});
  const { name } = loaded.manifest;
  return {
    name: [name, ...(count ? [`${count}-folds`] : []), ...(list ? ['seeds'] : [])].join('-'),
    loaded,
    folds: count,
    seeds: list,
  };
}

/** The words of a command line that asks for the same sweep. */
export function argumentsOf(file: string | undefined, { folds, seeds }: SweepArguments): string[] {
  return [
    ...(file === undefined ? [] : [file]),
    ...(folds === undefined ? [] : ['--folds', folds]),
    ...(seeds === undefined ? [] : ['--seeds', seeds]),
  ];
}

async function requestOfFile(file: string | undefined): Promise<SweepRequest> {
  if (file === undefined) throw noSweepFile();
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw noSweepFile(file, error);
  }
  const { name = parse(file).name, manifest, ...rest } = checkedYaml(text, file, sweepShape);
  const loaded = await manifestFromArguments(resolve(dirname(file), manifest), {});
  return { name, loaded, ...rest };
}

function wholeNumber(
  option: '--folds' | '--seeds' | '--jobs',
  text: string,
  smallest: number,
): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isSafeInteger(number) || number < smallest) throw wrongSweepNumber(option, text);
  return number;
}

/** How many trials may run at once. */
export function jobsOf(text: string): number {
  return wholeNumber('--jobs', text, 1);
}
