import type { Comparison } from '../comparison/compareRuns.ts';
import { differenceTexts } from '../comparison/difference.ts';
import type { DifferingImage, Pairing } from '../comparison/pairs.ts';
import { counted } from '../numberText.ts';
import { columns, plain, type TableOptions } from './columns.ts';
import { runsTable } from './runsTable.ts';

/** What a comparison comes to, for a terminal. */
export function comparisonTable(comparison: Comparison, options: TableOptions): string {
  const { runs, pairs, settings, split } = comparison;
  const blocks = [runsTable(runs, options)];
  for (const [index, pair] of pairs.entries()) {
    const [first, other] = [plain(runs[0]!.name), plain(runs[index + 1]!.name)];
    blocks.push(
      pair === null
        ? `${other} and ${first} cannot be paired: not both have scored the ${split} split (raremask evaluate RUN --split ${split}).`
        : pairText(first, other, pair, split, options),
    );
  }
  if (settings.length > 0) {
    const head = ['setting', ...runs.map(({ name }) => plain(name))];
    const rows = settings.map(({ setting, values }) => [
      plain(setting),
      ...values.map((value) => (value === null ? '' : plain(String(value)))),
    ]);
    blocks.push(`Manifests differ in\n${columns(head, rows, options)}`);
  } else blocks.push('The manifests are the same.');
  return `${blocks.join('\n\n')}\n`;
}

function pairText(
  first: string,
  other: string,
  pair: Pairing,
  split: string,
  options: TableOptions,
): string {
  if (pair.images === 0)
    return `${other} and ${first} have no image of the ${split} split in common.`;
  const rows = differenceTexts(pair.differences).map((one) => [
    one.score.short,
    ...[one.left, one.right, one.difference, one.interval],
    one.better === undefined ? '' : one.better === 'other' ? other : first,
  ]);
  const right = 'right' as const;
  const table = columns(['', first, other, 'difference', '95 %', 'better beyond chance'], rows, {
    ...options,
    align: ['left', right, right, right, right, 'left'],
  });
  const apart = pair.apart > 0 ? `; ${counted(pair.apart, 'image')} of one alone left out` : '';
  const lists: [string, readonly DifferingImage[]][] = [
    [`found by ${first} alone`, pair.foundByFirst],
    [`found by ${other} alone`, pair.foundByOther],
    [`false alarm of ${first} alone`, pair.alarmOfFirst],
    [`false alarm of ${other} alone`, pair.alarmOfOther],
  ];
  return [
    `${other} against ${first}, by image: ${counted(pair.images, 'image')} of the ${split} split${apart}`,
    table,
    ...lists.map(([name, images]) => `${name}: ${listed(images)}`),
  ].join('\n');
}

const MOST = 6;

function listed(images: readonly DifferingImage[]): string {
  if (images.length === 0) return 'none';
  const names = images.slice(0, MOST).map(({ id }) => plain(id));
  const more = images.length > MOST ? `, ${images.length - MOST} more` : '';
  return `${names.join(', ')}${more}`;
}
