import { spreadOf } from '@raremask/metrics';
import { ABSENT, percentText, shareText, timeText } from '../numberText.ts';
import type { ErrorOf, RunSummary } from '../record/runSummary.ts';
import { columns, plain, type TableOptions } from './columns.ts';

/** Runs with their state and both errors, a line each. */
export function runsTable(runs: readonly RunSummary[], options: TableOptions): string {
  const head = ['run', 'state', 'epochs', 'time', 'Dice', '95 %', 'alarms', '95 %', 'of'];
  const rows = runs.map((run) => [
    plain(run.name),
    run.findings.length > 0 ? `${run.state}, sentinel` : run.state,
    run.planned === null ? String(run.epochs) : `${run.epochs}/${run.planned}`,
    timeText(run.seconds),
    shareText(run.dice.value),
    ends(run.dice, (end) => end.toFixed(2)),
    percentText(run.alarms.value),
    ends(run.alarms, percentText),
    run.from ?? ABSENT,
  ]);
  const right = 'right' as const;
  return columns(head, rows, {
    ...options,
    align: ['left', 'left', right, right, right, right, right, right, 'left'],
  });
}

/** Mean and standard deviation (n - 1) of both errors over runs that differ by their seed alone. */
export function seedsText(runs: readonly RunSummary[]): string {
  const spread = (
    name: string,
    values: readonly (number | null)[],
    text: (value: number) => string,
  ) => {
    const found = spreadOf(values.filter((value) => value !== null));
    if (found === null || found.deviation === null) return [];
    return [`${name} ${text(found.mean)} ± ${text(found.deviation)}`];
  };
  const parts = [
    ...spread(
      'Dice',
      runs.map(({ dice }) => dice.value),
      shareText,
    ),
    ...spread(
      'alarms',
      runs.map(({ alarms }) => alarms.value),
      percentText,
    ),
  ];
  if (parts.length === 0) return 'Nothing can be said of the spread over seeds.';
  return `Over ${runs.length} seeds, mean and standard deviation: ${parts.join(', ')}.`;
}

function ends({ interval }: ErrorOf, text: (end: number) => string): string {
  return interval === null ? '' : interval.map(text).join('–').replace(' %–', '–');
}
