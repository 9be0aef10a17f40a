import type { Batches, Inspection } from '@raremask/record';
import { ABSENT, counted, countText, percentText, sizeText, timeText } from './numberText.ts';

/** Examples that a line of text names. */
const NAMED = 3;

/** The first few names, and how many more there are. */
function some(names: readonly string[], between = ', '): string {
  const rest = names.length - NAMED;
  const shown = names.slice(0, NAMED).join(between);
  return rest > 0 ? `${shown} and ${countText(rest)} more` : shown;
}

/** What is wrong with the data, a sentence each, the worst first. */
export function findingsOf(inspection: Inspection): string[] {
  const { unreadable, blank, emptied, duplicates, groups, batches } = inspection;
  const findings: string[] = [];
  if (unreadable.length > 0) {
    findings.push(`${counted(unreadable.length, 'image')} cannot be read and must be mended`);
    for (const { id, message } of unreadable.slice(0, NAMED)) findings.push(`  ${id}: ${message}`);
  }
  findings.push(...(inspection.unlikely ?? []));
  if (blank.length > 0) {
    const marked = blank.filter(({ foreground }) => foreground > 0);
    const inSplits = [...new Set(blank.map(({ split }) => split))].map(
      (name) => `${name} ${countText(blank.filter(({ split }) => split === name).length)}`,
    );
    findings.push(
      `${counted(blank.length, 'image')} ${blank.length === 1 ? 'is' : 'are'} blank, of one value all over (${inSplits.join(', ')}): ${some(blank.map(({ id }) => id))}`,
    );
    if (marked.length > 0) {
      findings.push(
        `${counted(marked.length, 'blank image')} ${marked.length === 1 ? 'has' : 'have'} foreground in the mask: ${some(marked.map(({ id }) => id))}`,
      );
    }
  }
  if (emptied.length > 0) {
    findings.push(
      `${counted(emptied.length, 'image')} ${emptied.length === 1 ? 'loses' : 'lose'} all foreground at the resolution that the data set brings it to: ${some(emptied.map(({ id }) => id))}`,
    );
  }
  const crossing = duplicates.filter(({ splits }) => splits.length > 1);
  const within = duplicates.filter(({ splits }) => splits.length === 1);
  const pairs = (all: Inspection['duplicates']) => some(all.map(({ ids }) => some(ids, ' = ')));
  if (crossing.length > 0) {
    findings.push(
      `${counted(crossing.length, 'image')} ${crossing.length === 1 ? 'stands' : 'stand'} in more than one split, so scores will look better than they are: ${pairs(crossing)}`,
    );
  }
  if (within.length > 0) {
    findings.push(
      `${counted(within.length, 'image')} ${within.length === 1 ? 'is' : 'are'} there more than once within a split: ${pairs(within)}`,
    );
  }
  const leaking = groups.filter(({ splits }) => splits.length > 1);
  if (leaking.length > 0) {
    findings.push(
      `${counted(leaking.length, 'group')} in more than one split: ${some(leaking.map(({ name, splits }) => `${name} (${splits.join(', ')})`))}`,
    );
  }
  if (inspection.pixelSizes?.differ !== undefined) findings.push(inspection.pixelSizes.differ);
  if ('problem' in batches) {
    findings.push(`the sampler cannot draw: ${batches.problem}`);
    return findings;
  }
  if (batches.batchesWithoutForeground > 0.1) {
    findings.push(
      `${percentText(batches.batchesWithoutForeground)} of the batches have no foreground at all`,
    );
  }
  if (batches.emptiedByWindow > 0.25) {
    findings.push(
      `${percentText(batches.emptiedByWindow)} of the windows of images with foreground show none of it`,
    );
  }
  return findings;
}

/**
 * What resolutions keep and cost, a row each, and what the figures are; undefined where images are too small for
 * a coarser one, and no cost was asked for.
 */
export function resolutionRows({
  resolutions = [],
  resolutionsTried,
  batches,
}: Inspection):
  | { readonly head: string[]; readonly rows: string[][]; readonly notes: string[] }
  | undefined {
  const isCosted = resolutions.some(({ cost }) => cost !== undefined);
  if (resolutions.length < 2 && !isCosted) return undefined;
  const names = resolutions[0]!.classes.map(({ name }) => name);
  const window = 'window' in batches ? batches.window : null;
  const of = `${counted(batches.batch, window === null ? 'whole image' : 'window')}${window === null ? ' of the median size' : ` of ${sizeText(window)}`}`;
  return {
    head: [
      'data.resolution',
      'median size',
      'pixels',
      ...(isCosted ? ['a step', 'an image'] : []),
      ...names,
    ],
    rows: resolutions.map(({ factor, size, pixels, classes, cost }) => [
      factor === 1 ? 'as they are' : String(Number(factor.toFixed(3))),
      sizeText(size),
      percentText(pixels),
      ...(isCosted ? [costText(cost?.step), costText(cost?.image)] : []),
      ...classes.map(({ kept, dice }) => keptText(kept, dice)),
    ]),
    notes: [
      `of each class: structures that have at least 4 pixels there${resolutionsTried === undefined ? '' : `, and the Dice that masks have with themselves, brought there and back (${counted(resolutionsTried, 'training image')} with foreground): no network reaches more`}`,
      ...(isCosted
        ? [
            `measured on this machine, with the manifest's network: a step on ${of}, and a look at one whole image, without reading them; with ~, derived from the coarser one by the pixels; no memory: a step is estimated to need more than there is`,
          ]
        : []),
    ],
  };
}

function keptText(kept: number | null, dice: number | undefined): string {
  if (kept === null) return ABSENT;
  return dice === undefined ? percentText(kept) : `${percentText(kept)}, ${dice.toFixed(2)}`;
}

function costText(cost: { readonly seconds: number; readonly timed: boolean } | null | undefined) {
  if (cost === undefined) return ABSENT;
  if (cost === null) return 'no memory';
  const { seconds, timed } = cost;
  const text = seconds < 1 ? `${Number((seconds * 1000).toPrecision(2))} ms` : timeText(seconds);
  return timed ? text : `~${text}`;
}

/** Sizes of pixels with their images, the rest in one row. */
export function pixelSizeRows(
  { sizes }: NonNullable<Inspection['pixelSizes']>,
  most: number,
): string[][] {
  const rows = sizes
    .slice(0, most)
    .map(({ text, images }) => [text ?? 'files say none', countText(images)]);
  const rest = sizes.slice(most);
  if (rest.length === 0) return rows;
  const others = rest.reduce((sum, { images }) => sum + images, 0);
  return [...rows, [counted(rest.length, 'other size'), countText(others)]];
}

/** What the batches are made by. */
export function batchTitle({ sampler, batch, window, wholeEpochs }: Batches): string {
  const what = window === null ? 'whole images' : `windows of ${sizeText(window)}`;
  return `batches of ${batch} ${what} by ${sampler}${wholeEpochs ? '' : ' (the first ones of each epoch)'}`;
}
