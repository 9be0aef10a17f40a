import type { Spread } from '@raremask/metrics';
import { csvText } from '@raremask/record';
import {
  COMPARED,
  columns,
  type SweepResults,
  settingsText,
  type TableOptions,
  type VariantResult,
} from '@raremask/report';
import type { Settings } from './shape.ts';

const TITLES = ['Dice, with structure', 'missed', 'empty with alarm', 'balanced'];
/** More settings than this are in sweep.csv alone. */
const SHOWN = 20;

/** The results as a person reads them in a terminal. */
export function resultText(
  results: Pick<SweepResults, 'variants' | 'effects'>,
  options: TableOptions,
): string {
  const { variants, effects } = results;
  const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
    columns(head, rows, {
      ...options,
      align: ['left', ...head.slice(1).map(() => 'right' as const)],
    });
  const trained = variants.filter(({ stopped, finished }) => stopped === null || finished > 0);
  const parts = [
    table(
      ['settings', 'trials', ...TITLES],
      trained
        .slice(0, SHOWN)
        .map((variant) => [
          settingsText(variant.settings),
          `${variant.finished}/${variant.trials}`,
          ...COMPARED.map((key) => spreadText(variant.scores[key])),
        ]),
    ),
    ...(trained.length > SHOWN ? [`and ${trained.length - SHOWN} more in sweep.csv`] : []),
    "Mean of the trials ± their standard deviation, and the 95 % interval of the mean by Student's t.",
  ];
  const stopped = variants.filter((variant) => variant.stopped !== null).slice(0, SHOWN);
  if (stopped.length > 0) {
    parts.push(
      '',
      table(['stopped by halving', 'after epoch', 'balanced there', 'place'], stopped.map(stopRow)),
    );
  }
  const pooled = variants.slice(0, SHOWN).flatMap(outOfFoldRows);
  if (pooled.length > 0) {
    parts.push(
      '',
      table(['out of fold', 'images', ...TITLES], pooled),
      'Every image once, by the network that has not seen it; 95 % intervals by the bootstrap over groups.',
    );
  }
  if (effects.length > 0 && effects.length <= SHOWN) {
    parts.push(
      '',
      table(
        ['setting', 'trials', 'balanced'],
        effects.map(({ setting, value, balanced }) => [
          `${setting}=${JSON.stringify(value)}`,
          `${balanced?.count ?? 0}`,
          spreadText(balanced),
        ]),
      ),
    );
  }
  return parts.join('\n');
}

function stopRow({ settings, stopped }: VariantResult): string[] {
  const { epochs, balanced, place, of } = stopped!;
  const value = balanced === null ? 'a trial failed' : number(balanced);
  return [settingsText(settings), `${epochs}`, value, `${place} of ${of}`];
}

function outOfFoldRows({ settings, outOfFold }: VariantResult): string[][] {
  return outOfFold.map(({ seed, summary }) => [
    `${settingsText(settings)}, seed ${seed}`,
    `${summary.images}`,
    ...COMPARED.map((key) => withInterval(summary[key], summary.intervals?.[key])),
  ]);
}

function spreadText(spread: Spread | null): string {
  if (spread === null) return 'none';
  const { mean, deviation, interval } = spread;
  return deviation === null
    ? number(mean)
    : withInterval(mean, interval).replace(' [', ` ± ${number(deviation)} [`);
}

function withInterval(
  value: number | null,
  interval: readonly [number, number] | null | undefined,
) {
  if (value === null) return 'none';
  return interval ? `${number(value)} [${interval.map(number).join(', ')}]` : number(value);
}

function number(value: number): string {
  return value.toFixed(3);
}

/** sweep.csv: a row a trial; a setting that a trial does not have is empty, and so is what halving has not stopped. */
export function resultCsv({ trials, variants }: Pick<SweepResults, 'trials' | 'variants'>): string {
  const stops = new Map(variants.map((one) => [JSON.stringify(one.settings), one.stopped]));
  const isHalved = [...stops.values()].some((stop) => stop !== null);
  const settings = [...new Set(trials.flatMap((trial) => Object.keys(trial.settings)))];
  return csvText(
    [
      ...['trial', 'state', 'seed', 'fold', ...settings, ...COMPARED],
      ...(isHalved ? ['stopped_epoch', 'stopped_balanced'] : []),
    ],
    trials.map(({ id, state, seed, fold, settings: own, scores }) => {
      const stop = stops.get(JSON.stringify(own));
      return [
        ...[id, state, seed, fold === 0 ? null : fold],
        ...settings.map((key) => cell(own[key])),
        ...COMPARED.map((key) => scores?.[key] ?? null),
        ...(isHalved ? [stop?.epochs ?? null, stop?.balanced ?? null] : []),
      ];
    }),
    { forPeople: true },
  );
}

function cell(value: Settings[string] | undefined): string | number | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'number' || typeof value === 'string' ? value : JSON.stringify(value);
}
