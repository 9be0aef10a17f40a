import { basename } from 'node:path';
import { prepareBackend } from '@raremask/backends';
import {
  type Census,
  census,
  type Facts,
  facts,
  isRaremaskError,
  type Loss,
  type LossPlugin,
} from '@raremask/core';
import {
  createHost,
  installedPlugins,
  loadPlugin,
  type MakeablePlugin,
  provision,
  type RunScope,
} from '@raremask/core/host';
import type { LoadedManifest } from '@raremask/core/manifest';
import { openData } from '@raremask/engine';
import {
  checkSettings,
  type LabResult,
  type LabSettings,
  overallAdvice,
  STANDARD_FACTS,
  type Subject,
  sumOf,
  tryLoss,
} from '@raremask/lab';
import { type LabReport, labTable, writeLabPage } from '@raremask/report';
import * as tf from '@tensorflow/tfjs';
import { parse } from 'yaml';
import type { Console } from '../console.ts';
import { lossOptionsRefused, lossWord } from '../errors.ts';
import { EXIT } from '../failure.ts';
import { type ManifestOptions, manifestFromArguments } from '../manifestArguments.ts';

export interface LabOptions extends ManifestOptions {
  readonly loss?: readonly string[];
  readonly size?: readonly string[];
  readonly structure?: string;
  readonly html?: string;
}

/** The losses to be tried, and what they are tried on. */
interface Candidates {
  readonly title: string;
  readonly settings: LabSettings;
  readonly subjects: readonly Subject[];
  readonly left: LabReport['left'];
  close(): Promise<void>;
}

const SIDES = [64, 128];
const STRUCTURE = 100;

/** Tries losses on images without foreground: those of a manifest, those named, or all installed. */
export async function tryLosses(
  manifest: string | undefined,
  options: LabOptions,
  console: Console,
): Promise<number> {
  const sides = options.size?.map(Number) ?? SIDES;
  const structure = options.structure === undefined ? undefined : Number(options.structure);
  checkSettings({ facts: STANDARD_FACTS, sides, structure: structure ?? 1 });
  const named = options.loss ?? [];
  const fromManifest = manifest !== undefined || (options.file ?? []).length > 0;
  let candidates: Candidates;
  if (fromManifest) {
    const loaded = await manifestFromArguments(manifest, options);
    await prepareBackend('wasm', loaded.folder);
    candidates = await lossesOfManifest(loaded, sides, structure, console);
  } else {
    await prepareBackend('wasm', process.cwd());
    candidates = await lossesByName(named, sides, structure ?? STRUCTURE);
  }
  try {
    const results: LabResult[] = [];
    for (const subject of candidates.subjects) {
      console.note('info', `trying ${subject.name}`);
      results.push(await tryLoss(subject, candidates.settings));
    }
    const report: LabReport = {
      title: candidates.title,
      classes: candidates.settings.facts.classes.map(({ name }) => name),
      structure: candidates.settings.structure,
      advice: overallAdvice(results, fromManifest),
      losses: results,
      left: candidates.left,
    };
    if (options.html !== undefined) await writeLabPage(options.html, report);
    if (console.json) console.result({ backend: tf.getBackend(), ...report });
    console.text(labTable(report, { color: console.color, width: console.width }));
    if (options.html !== undefined) console.text(`page  ${options.html}`);
    return EXIT.ok;
  } finally {
    await candidates.close();
  }
}

/** The terms of a manifest and their weighted sum, with the class list and census of its data. */
async function lossesOfManifest(
  loaded: LoadedManifest,
  sides: readonly number[],
  wished: number | undefined,
  console: Console,
): Promise<Candidates> {
  const data = await openData(loaded, (event) => {
    if (event.type === 'note') console.note(event.level, event.text);
  });
  try {
    const task: Facts = { ...data.facts, space: 2 };
    const structure = wished ?? typicalStructure(await data.census(), Math.min(...sides));
    const host = createHost();
    const run = quietRun(host, task, () => data.census());
    const terms: { readonly subject: Subject; readonly weight: number }[] = [];
    for (const [index, plugin] of loaded.plugins.losses.entries()) {
      const { name, weight } = loaded.manifest.loss[index]!;
      const loss = await run.make(plugin);
      const subject = {
        name: name ?? plugin.plugin.name,
        use: plugin.use,
        options: plugin.options,
        loss,
      };
      terms.push({ subject, weight: typeof weight === 'number' ? weight : weight.to });
    }
    const losses = terms.map(({ subject }) => subject);
    const sum = sumOf(terms.map(({ subject, weight }) => ({ loss: subject.loss, weight })));
    return {
      title: loaded.manifest.name,
      settings: { facts: task, sides, structure },
      subjects: losses.length < 2 ? losses : [{ name: 'their sum', loss: sum }, ...losses],
      left: [],
      async close() {
        await host.dispose();
        await data.close();
      },
    };
  } catch (error) {
    await data.close();
    throw error;
  }
}

/** Losses named on the command line, or all that are installed, on the standard task. */
async function lossesByName(
  words: readonly string[],
  sides: readonly number[],
  structure: number,
): Promise<Candidates> {
  const folder = process.cwd();
  const host = createHost();
  const smallest = Math.min(...sides);
  const run = quietRun(host, STANDARD_FACTS, async () => standardCensus(smallest, structure));
  const left: { name: string; reason: string }[] = [];
  const subjects: Subject[] = [];
  const installed = words.length === 0 ? await installedPlugins(folder) : [];
  const wanted =
    words.length > 0
      ? words.map(wordOf)
      : installed
          .filter(({ kind }) => kind === 'loss')
          .map(({ specifier }) => ({ use: specifier, options: {} }));
  for (const { use, options } of wanted) {
    const name = shownName(use, options);
    try {
      const { plugin } = await loadPlugin(use, folder, 'loss', use);
      const checked = await checkedOptions(plugin, options, use);
      const loaded = { kind: 'loss', plugin, options: checked, place: use } as const;
      const loss: Loss = await run.make(loaded as MakeablePlugin<'loss'>);
      subjects.push({ name, use, options: checked, loss });
    } catch (error) {
      // Of all that are installed, some may not do for this task; one that is named must.
      if (words.length > 0 || !isRaremaskError(error)) throw error;
      left.push({ name, reason: error.message });
    }
  }
  return {
    title: words.length > 0 ? 'losses' : `losses installed in ${basename(folder)}`,
    settings: { facts: STANDARD_FACTS, sides, structure },
    subjects,
    left,
    close: () => host.dispose(),
  };
}

function quietRun(
  host: ReturnType<typeof createHost>,
  task: Facts,
  counted: () => Promise<Census>,
): RunScope {
  return host.run({
    seed: 0,
    log: { info() {}, warn() {} },
    provide: [provision(facts, () => task), provision(census, () => counted)],
  });
}

/** `@raremask/loss-dice`, or YAML: `{ use: "@raremask/loss-dice", with: { smooth: 1 } }`. */
function wordOf(word: string): { readonly use: string; readonly options: unknown } {
  if (!word.trimStart().startsWith('{')) return { use: word, options: {} };
  let value: unknown;
  try {
    value = parse(word);
  } catch (error) {
    throw lossWord(word, (error as Error).message.split('\n')[0]!);
  }
  const { use, with: options = {} } = value as { use?: unknown; with?: unknown };
  if (typeof use !== 'string') throw lossWord(word, 'a map without use');
  return { use, options };
}

async function checkedOptions(plugin: LossPlugin, options: unknown, use: string) {
  if (plugin.options === undefined) return options;
  const result = await plugin.options['~standard'].validate(options);
  if (result.issues === undefined) return result.value;
  throw lossOptionsRefused(
    use,
    result.issues.map(({ message }: { readonly message: string }) => message),
  );
}

function shownName(use: string, options: unknown): string {
  const short = use.replace(/^@raremask\//, '');
  const written = Object.entries(options as Record<string, unknown>);
  if (written.length === 0) return short;
  return `${short} ${written.map(([key, value]) => `${key}: ${typeof value === 'object' ? JSON.stringify(value) : value}`).join(', ')}`;
}

/** The mean structure of the foreground, cut to what fits; 100 pixels where there is none. */
function typicalStructure({ classes }: Census, side: number): number {
  const structures = classes.reduce((sum, one) => sum + one.structures, 0);
  if (structures === 0) return STRUCTURE;
  const pixels = classes.reduce((sum, one) => sum + one.structures * one.meanStructure, 0);
  return Math.max(1, Math.min(Math.round(pixels / structures), Math.floor(side ** 2 / 4)));
}

/** Ten images, two of them with one structure. */
function standardCensus(side: number, structure: number): Census {
  const pixels = 10 * side ** 2;
  const foreground = 2 * structure;
  const share = foreground / pixels;
  return {
    images: 10,
    emptyImages: 8,
    pixels,
    classes: [
      {
        name: 'background',
        pixels: pixels - foreground,
        share: 1 - share,
        images: 10,
        structures: 0,
        meanStructure: 0,
      },
      {
        name: 'structure',
        pixels: foreground,
        share,
        images: 2,
        structures: 2,
        meanStructure: structure,
      },
    ],
  };
}
