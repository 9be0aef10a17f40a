import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { DatasetProposal, Json } from '@raremask/core';
import { installedPlugins, loadPlugin } from '@raremask/core/host';
import { type LoadedManifest, loadManifest } from '@raremask/core/manifest';
import {
  commentedManifest,
  type Inspection,
  inspect,
  type ManifestFacts,
  type RecommendedSetting,
} from '@raremask/engine';
import { createProgress } from '@raremask/report';
import type { Console } from '../console.ts';
import { noProposal } from '../errors.ts';
import { STANDARD } from '../manifestArguments.ts';

/** A manifest that comes of looking at a folder and counting what is in it. */
export interface Recommended {
  readonly text: string;
  readonly proposal: DatasetProposal;
  readonly settings: readonly RecommendedSetting[];
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
): Promise<Recommended> {
  const { use, proposal } = await proposalFor(resolve(data), folder, wished);
  const facts: ManifestFacts = {
    name: basename(resolve(data)).replaceAll(/[^A-Za-z0-9._-]+/g, '-') || 'run',
    seed: 0,
    data: { use, with: proposal.options, split: proposal.split },
  };
  const inspection = await withLoaded(commentedManifest(facts, DRAFT), folder, (draft) =>
    counted(draft, console),
  );
  const { settings } = inspection.recommendation;
  const text = commentedManifest(facts, settings, remarksOf(data, proposal, inspection));
  return { text, proposal, settings };
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
  throw noProposal(data, names);
}

/** Loads a manifest's text as if it lay in a folder. */
export async function withLoaded<T>(
  text: string,
  folder: string,
  work: (loaded: LoadedManifest) => Promise<T>,
  changes: { readonly files?: readonly string[]; readonly set?: readonly string[] } = {},
): Promise<T> {
  const scratch = await mkdtemp(join(tmpdir(), 'raremask-init-'));
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

async function counted(loaded: LoadedManifest, console: Console): Promise<Inspection> {
  const progress = createProgress(process.stderr, {
    terminal: process.stderr.isTTY === true,
    color: console.color,
  });
  try {
    return await inspect(loaded, {
      // What the draft's plugins say of themselves is of no use to anyone.
      onEvent: (event) => {
        if (event.type === 'survey') progress.event(event);
      },
    });
  } finally {
    progress.close();
  }
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
  const { unreadable, blank, emptied, duplicates, groups } = inspection;
  const [broken] = unreadable;
  const crossing = duplicates.filter(({ splits }) => splits.length > 1);
  const leaking = groups.filter(({ splits }) => splits.length > 1);
  const head = [
    `Written by raremask init from what is in ${basename(resolve(data))}: ${images.join('; ')}.`,
    'Each setting has its reason and the figure behind it above it; "assumed" marks what to check.',
    ...(broken
      ? [
          `${unreadable.length} images cannot be read and must be mended before training, the first: ${broken.message}`,
        ]
      : []),
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
