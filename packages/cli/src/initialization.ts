import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { DatasetProposal, Json } from '@raremask/core';
import { installedPlugins, loadPlugin } from '@raremask/core/host';
import { type LoadedManifest, loadManifest } from '@raremask/core/manifest';
import {
  commentedManifest,
  type Inspection,
  inspect,
  type ManifestFacts,
  type RecommendedSetting,
  writeAtomically,
} from '@raremask/engine';
import { createProgress } from '@raremask/report';
import type { Console } from './console.ts';
import { manifestExists, noProposal } from './errors.ts';
import { EXIT } from './failure.ts';

/** Looks at a folder, counts what is in it, and writes the manifest that comes of it. */
export async function initManifest(
  data: string,
  options: { readonly out: string; readonly force?: boolean; readonly use?: readonly string[] },
  console: Console,
): Promise<number> {
  const file = resolve(options.out);
  if (existsSync(file) && options.force !== true) throw manifestExists(options.out);
  const folder = dirname(file);
  const { use, proposal } = await proposalFor(resolve(data), folder, options.use);
  const facts: ManifestFacts = {
    name: basename(resolve(data)).replaceAll(/[^A-Za-z0-9._-]+/g, '-') || 'run',
    seed: 0,
    data: { use, with: proposal.options, split: proposal.split },
  };
  const draft = commentedManifest(facts, DRAFT);
  const inspection = await withLoaded(draft, folder, (loaded) => counted(loaded, console));
  const { settings } = inspection.recommendation;
  const text = commentedManifest(facts, settings, remarksOf(data, proposal, inspection));
  // What is written has been loaded: every setting is known and every plugin is there.
  await withLoaded(text, folder, async () => undefined);
  await writeAtomically(file, text);
  const shown = relative(process.cwd(), file) || file;
  if (console.json) console.result({ manifest: file, proposal, settings });
  console.text(text);
  console.note('info', `Written to ${shown}. Train with: raremask train ${shown}`);
  return EXIT.ok;
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
async function withLoaded<T>(
  text: string,
  folder: string,
  work: (loaded: LoadedManifest) => Promise<T>,
): Promise<T> {
  const scratch = await mkdtemp(join(tmpdir(), 'raremask-init-'));
  try {
    const file = join(scratch, 'raremask.yaml');
    await writeFile(file, text);
    return await work(await loadManifest([file], { folder, env: process.env }));
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
  const { unreadable, blank, duplicates, groups } = inspection;
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
