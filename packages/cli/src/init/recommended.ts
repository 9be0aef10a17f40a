import { rm, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { type DatasetProposal, folder as folderToken, type Json } from '@raremask/core';
import { createHost, installedPlugins, loadPlugin } from '@raremask/core/host';
import { type LoadedManifest, loadManifest } from '@raremask/core/manifest';
import {
  commentedManifest,
  type Inspection,
  inspect,
  type ManifestFacts,
  type ProposedSplit,
  proposedSplit,
  type RecommendedSetting,
  startOf,
} from '@raremask/engine';
import { prepared } from '../backend/prepared.ts';
import type { Console } from '../console.ts';
import { noProposal } from '../errors.ts';
import { STANDARD } from '../manifestArguments.ts';
import { withProgress } from '../progress.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { endingsIn } from './endings.ts';

/** What a user wishes beside a manifest for the data. */
export interface Wishes {
  /** Time of a training, as 10m, that the settings are chosen for by what they cost here. */
  readonly budget?: string | undefined;
  /** Published weights to start from, as `raremask weights` writes them. */
  readonly weights?: string | undefined;
}

/** A manifest that comes of looking at a folder and counting what is in it. */
export interface Recommended {
  readonly text: string;
  readonly proposal: DatasetProposal;
  readonly settings: readonly RecommendedSetting[];
  /** Samples that cannot be read: nothing is counted of them. */
  readonly unreadable: Inspection['unreadable'];
}

/**
 * Asks the data set plugins what they make of a folder, has that counted, and writes down what the
 * figures recommend.
 *
 * @param folder where the manifest would lie
 */
export async function recommended(
  data: string,
  folder: string,
  wished: readonly string[] | undefined,
  console: Console,
  wishes: Wishes = {},
): Promise<Recommended> {
  const found = await proposalFor(resolve(data), folder, wished);
  const name = basename(resolve(data)).replaceAll(/[^A-Za-z0-9._-]+/g, '-') || 'run';
  const factsOf = ({ options, split }: DatasetProposal): ManifestFacts => ({
    name,
    seed: 0,
    data: { use: found.use, with: options, split },
  });
  const proposal = await withLists(found.proposal, (own, work) =>
    withLoaded(commentedManifest(factsOf(own), DRAFT), folder, work),
  );
  const facts = factsOf(proposal);
  const inspection = await withLoaded(commentedManifest(facts, DRAFT), folder, (draft) =>
    counted(draft, folder, console, wishes),
  );
  const { settings } = inspection.recommendation;
  const text = commentedManifest(facts, settings, remarksOf(data, proposal, inspection));
  return { text, proposal, settings, unreadable: inspection.unreadable };
}

/** A file as a manifest names it: from its folder, with slashes. */
function manifestPath(folder: string, file: string): string {
  return relative(folder, file).split(sep).join('/');
}

/** Settings that let the data be counted before anything is known. */
const DRAFT: readonly RecommendedSetting[] = [
  ['model.use', '@raremask/unet'],
  ['loss[0].use', '@raremask/loss-ce'],
  ['train.batch', 1],
].map(([path, value]) => ({ path: path as string, value: value as Json, reason: 'draft' }));

/** The first installed data set plugin that can make something of the folder. */
async function proposalFor(
  data: string,
  folder: string,
  wished: readonly string[] | undefined,
): Promise<{ readonly use: string; readonly proposal: DatasetProposal }> {
  const names =
    wished ??
    (await installedPlugins(folder)).flatMap(({ kind, specifier }) =>
      kind === 'dataset' ? [specifier] : [],
    );
  for (const use of names) {
    const { plugin } = await loadPlugin(use, folder, 'dataset');
    const proposal = await plugin.propose?.(data, folder);
    if (proposal !== undefined) return { use, proposal };
  }
  throw noProposal(data, names, await endingsIn(data));
}

/** A proposal with the lists that lie in the data set's root folder, where it names none itself. */
async function withLists(
  proposal: DatasetProposal,
  load: (
    proposal: DatasetProposal,
    work: (draft: LoadedManifest) => Promise<ProposedSplit>,
  ) => Promise<ProposedSplit>,
): Promise<DatasetProposal> {
  if (typeof proposal.split.validation !== 'number') return proposal;
  const found = await load(proposal, async ({ plugins, manifest, folder: beside }) => {
    const host = createHost();
    try {
      const scope = host.run({ seed: manifest.seed, log: { info() {}, warn() {} } });
      scope.provide(folderToken, () => beside);
      return await proposedSplit(await scope.make(plugins.dataset));
    } finally {
      await host.dispose();
    }
  });
  const { split, remark, taken } = withoutAssumed(proposal, found);
  const guess = split === undefined ? proposal.unlisted : undefined;
  const place = 'data.split.validation';
  const remarks = { ...proposal.remarks, ...guess?.remarks };
  const own = remarks[place];
  return {
    options: without({ ...proposal.options, ...guess?.options }, taken?.options),
    split: split ?? proposal.split,
    remarks: without({ ...remarks, [place]: own ? `${remark}; ${own}` : remark }, taken?.remarks),
  };
}

/**
 * Lists say what is annotated: an image that they leave out is nobody's to judge, and nothing need be assumed of it.
 * A list of images to test alone, of which it would be assumed that they show nothing, is one of images whose truth
 * nobody has.
 */
function withoutAssumed(
  { assumed }: DatasetProposal,
  found: ProposedSplit,
): ProposedSplit & { readonly taken?: DatasetProposal['assumed'] } {
  const { split, remark, ids } = found;
  if (assumed === undefined || split === undefined || ids === undefined) return found;
  const counted = (name: 'train' | 'validation' | 'test') =>
    assumed.ids.filter((id) => ids[name]?.has(id)).length;
  if (counted('train') + counted('validation') > 0) return found;
  const untold = counted('test');
  if (untold === 0) return { ...found, taken: assumed };
  const { test: _, ...rest } = split;
  const left = `the list of images to test is not used, as nothing says what ${untold} of them show`;
  return { split: rest, remark: `${remark}; ${left}`, taken: assumed };
}

function without<T>(
  record: Readonly<Record<string, T>>,
  names: readonly string[] = [],
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}

/** Loads a manifest's text as if it lay in a folder. */
export async function withLoaded<T>(
  text: string,
  folder: string,
  work: (loaded: LoadedManifest) => Promise<T>,
  changes: { readonly files?: readonly string[]; readonly set?: readonly string[] } = {},
): Promise<T> {
  const scratch = temporaryFolder('init');
  try {
    const file = join(scratch, 'raremask.yaml');
    await writeFile(file, text);
    return await work(
      await loadManifest([file, ...(changes.files ?? [])], {
        folder,
        env: process.env,
        standard: STANDARD,
        ...(changes.set && { set: changes.set }),
      }),
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function counted(
  loaded: LoadedManifest,
  folder: string,
  console: Console,
  { budget, weights }: Wishes,
): Promise<Inspection> {
  const start =
    weights === undefined
      ? undefined
      : await startOf(resolve(weights), manifestPath(folder, resolve(weights)));
  const measured =
    budget === undefined ? {} : { budget, compute: (await prepared(loaded)).compute };
  return await withProgress(console, (onEvent) =>
    inspect(loaded, {
      ...measured,
      start,
      // What the draft's plugins say of themselves is of no use to anyone.
      onEvent: (event) => {
        if (event.type === 'survey') onEvent(event);
      },
    }),
  );
}

/** What was seen and assumed about the data, and what is wrong with them. */
function remarksOf(
  data: string,
  { remarks }: DatasetProposal,
  inspection: Inspection,
): ReadonlyMap<string, string> {
  const images = inspection.splits.map(
    ({ name, images: all, empty }) => `${name} ${all} images, ${empty} of them without foreground`,
  );
  const { unreadable, blank, emptied, duplicates, groups, pixelSizes } = inspection;
  const [broken] = unreadable;
  const crossing = duplicates.filter(({ splits }) => splits.length > 1);
  const leaking = groups.filter(({ splits }) => splits.length > 1);
  const head = [
    `Written by raremask init from what is in ${basename(resolve(data))}: ${images.join('; ')}.`,
    'Each setting has its reason and the figure behind it above it; "assumed" marks what to check.',
    ...(broken
      ? [
          `${unreadable.length} of the images cannot be read and are left out of every figure; they must be mended before training, or be left out there as well by data.unreadable: skip. The first: ${broken.message}`,
        ]
      : []),
    ...(inspection.unlikely ?? []),
    ...(pixelSizes?.differ === undefined ? [] : [`The ${pixelSizes.differ}.`]),
    ...(blank.length > 0
      ? [`${blank.length} images are blank, of one value all over, for example ${blank[0]!.id}.`]
      : []),
    ...(emptied.length > 0
      ? [
          `${emptied.length} images lose all foreground at the resolution that they are brought to, for example ${emptied[0]!.id}.`,
        ]
      : []),
    ...(crossing.length > 0
      ? [
          `${crossing.length} images stand in more than one split, for example ${crossing[0]!.ids.slice(0, 2).join(' = ')}: scores will look better than they are.`,
        ]
      : []),
    ...(leaking.length > 0
      ? [
          `${leaking.length} groups are in more than one split, for example ${leaking[0]!.name}: scores will look better than they are.`,
        ]
      : []),
  ];
  return new Map([['', head.join('\n')], ...Object.entries(remarks)]);
}
