import type { Census, OnEvent } from '@raremask/core';
import * as services from '@raremask/core';
import type { RunScope } from '@raremask/core/host';
import type { LoadedManifest } from '@raremask/core/manifest';
import { emptySplit } from '../errors.ts';
import { namedSize } from '../resolution/seenSize.ts';
import { censusOf } from '../survey/survey.ts';
import { leftOutNote } from './leftOut.ts';
import { dataOf, type OpenedData } from './openData.ts';
import type { Splits } from './split.ts';

/** One job on opened data: its plugins are made in its own scope, with streams that begin anew. */
export interface Work extends Omit<OpenedData, 'scope'> {
  readonly scope: RunScope;
  /** Of all samples, also those that a training leaves out since they cannot be read. */
  readonly dealt: Splits;
}

export interface WorkOptions {
  /**
   * Whether samples that cannot be read end the job, as training wants it where the manifest does not
   * say otherwise, or are left out of the survey, and the job lists them.
   */
  readonly unreadable?: 'throw' | 'list';
  /** The run whose splits are kept, where the data are not open yet. */
  readonly run?: string | undefined;
  /** When it fires, plugins that are late with an answer are waited for no longer, where the data are not open yet. */
  readonly signal?: AbortSignal | undefined;
  /** Hears what the job's plugins say. */
  readonly onEvent: OnEvent;
  /** Hears what the data say, where they are not open yet; left out, `onEvent` does. */
  readonly onData?: OnEvent;
}

/**
 * Begins a job; sampler, losses and model are made later, by `scope.make`. `close` ends it, and closes
 * the data where they were not open before.
 */
export async function openWork(
  source: LoadedManifest | OpenedData,
  { onEvent, onData = onEvent, unreadable = 'throw', run, signal }: WorkOptions,
): Promise<Work> {
  const data = await dataOf(source, onData, {
    ...(unreadable === 'list' && { unknown: 'list' }),
    run,
    signal,
  });
  const scope = data.scope(onEvent);
  let counted: Promise<Census> | undefined;
  const skips = unreadable === 'throw' && data.loaded.manifest.data.unreadable === 'skip';
  const survey =
    unreadable === 'list' || skips ? async () => (await data.counted()).survey : data.survey;
  const splits = skips ? await readableSplits(data, onEvent) : data.splits;
  const census = () => {
    counted ??= survey().then((own) => censusOf(own, data.facts));
    return counted;
  };
  scope.provide(services.facts, () => data.facts);
  const filledTo = namedSize(data.loaded.manifest.data.resolution);
  scope.provide(services.survey, () => async () => ({
    ...(await survey()),
    ...(filledTo && { filledTo }),
  }));
  scope.provide(services.census, () => census);
  return {
    ...data,
    dealt: data.splits,
    splits,
    scope,
    survey,
    census,
    async close() {
      await scope.dispose();
      await data.close();
    },
  };
}

/** The ids of a split; throws where it has none. */
export function splitOf({ splits }: Pick<Work, 'splits'>, split: keyof Splits): readonly string[] {
  if (splits[split].length === 0) throw emptySplit(split);
  return splits[split];
}

/** The splits without the samples that cannot be read; says which these are. */
async function readableSplits(data: OpenedData, onEvent: OnEvent): Promise<Splits> {
  const { survey, unreadable } = await data.counted();
  if (unreadable.size === 0) return data.splits;
  onEvent({ type: 'note', level: 'warn', text: leftOutNote(unreadable) });
  const { train, validation, test } = data.splits;
  const rest = (ids: readonly string[]) => ids.filter((id) => survey.has(id));
  return { train: rest(train), validation: rest(validation), test: rest(test) };
}
