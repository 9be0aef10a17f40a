import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { type PageConfig, runtimeFiles, viewerFile, writePage } from '@raremask/browser';
import { loadRuntime } from '@raremask/compiler';
import type { LoadedManifest } from '@raremask/core/manifest';
import { exportOnnx, openRunFolder, type Packaged, packageWeights } from '@raremask/engine';
import {
  type Evaluation,
  findingsOf,
  type Inspection,
  readDecisions,
  readEvaluations,
  readEvents,
  readInspection,
  runFolder,
  writeAtomically,
  writeDecisions,
  writeJson,
} from '@raremask/record';
import { prepared } from '../backend/prepared.ts';
import type { Console } from '../console.ts';
import { packageExists, unreadableText } from '../errors.ts';
import { EXIT } from '../failure.ts';
import { type ManifestOptions, manifestOfRun } from '../manifestArguments.ts';
import { copyLocalPlugins } from '../packaging/localPlugins.ts';
import { modelCard } from '../packaging/modelCard.ts';
import { sizeOf } from './exportRun.ts';

export interface PackageOptions extends Pick<ManifestOptions, 'set'> {
  readonly out: string;
  readonly checkpoint?: 'best' | 'last';
  readonly size?: string;
  readonly license?: string;
  readonly about?: string;
  readonly page: boolean;
}

/** Writes one folder with all that is needed to use a run's network, and to know what it is worth; where that fails, none. */
export async function packageRun(
  run: string,
  options: PackageOptions & { readonly version: string },
  console: Console,
): Promise<number> {
  const { out } = options;
  const isThere = existsSync(out);
  if (isThere && readdirSync(out).length > 0) throw packageExists(out);
  try {
    return await packaged(run, options, console);
  } catch (error) {
    const begun = isThere ? readdirSync(out).map((name) => join(out, name)) : [out];
    for (const path of begun) await rm(path, { recursive: true, force: true });
    throw error;
  }
}

async function packaged(
  run: string,
  {
    out,
    checkpoint,
    size,
    license,
    about,
    page,
    version,
    ...options
  }: PackageOptions & { readonly version: string },
  console: Console,
): Promise<number> {
  const { folder, environment } = await openRunFolder(run);
  // Who gets a package has another machine than the one that trained.
  const loaded = await manifestOfRun(run, { ...options, precision: 'float32' });
  const [licensed, intended] = [
    licenceOf(license),
    about === undefined ? undefined : textOf(about),
  ];
  await prepared(loaded);
  const files = runFolder(out);
  await mkdir(join(files.path, 'checkpoints'), { recursive: true });
  const say = (text: string) => console.note('warn', text);
  const onEvent = (event: { type: string; level?: 'info' | 'warn'; text?: string }) => {
    if (event.type === 'note') console.note(event.level ?? 'info', event.text ?? '');
  };
  const model = await packageWeights(loaded, run, {
    out: files.best,
    checkpoint,
    onEvent: () => undefined,
  });
  const outcome = await loadRuntime();
  const onnx = join(files.path, 'model.onnx');
  const { size: fixed } = await exportOnnx(loaded, run, {
    ...{ out: onnx, version, onEvent, sizeIfNeeded: model.window },
    runtime: outcome.state === 'ok' ? outcome.runtime : undefined,
    ...(checkpoint && { checkpoint }),
    ...(size !== undefined && { size: sizeOf(size) }),
  });
  if (fixed !== undefined && size === undefined) {
    say(
      `model.onnx takes images of ${fixed.join('x')} alone, the windows of evaluate.window, since the network's graph depends on the size`,
    );
  }
  for (const path of await copyLocalPlugins(loaded, files.path)) {
    say(`${path} imports files of its own, which are not in the package: put them beside it`);
  }
  await writeAtomically(files.manifest, loaded.toYaml());
  await writeJson(files.environment, { ...environment, raremask: version, manifestFolder: '.' });
  const decisions = Object.entries(await readDecisions(folder.decision))
    .filter(([key]) => key.split(' ')[0] === model.which)
    .map(([key, found]) => [key.replace(model.which, 'best'), found] as const);
  if (decisions.length > 0) await writeDecisions(files.decision, Object.fromEntries(decisions));
  const evaluations = (await readEvaluations(run)).filter((one) => one.checkpoint === model.which);
  const inspection = await readInspection(folder.inspection);
  await writeJson(join(files.path, 'scores.json'), evaluations.map(withoutImages));
  if (inspection !== undefined)
    await writeJson(join(files.path, 'data.json'), dataSummary(inspection));
  if (licensed?.text !== undefined)
    await writeAtomically(join(files.path, 'LICENSE'), licensed.text);
  const hasPage =
    page && (await pageOf(loaded, model, evaluations[0], files.path, onnx, fixed, say));
  const findings = findingsOf(await readEvents(folder.events));
  await writeAtomically(
    join(files.path, 'README.md'),
    modelCard({
      ...{ name: loaded.manifest.name, version, model, evaluations, inspection, hasPage },
      findings: findings.map(({ text, since }) => `${text} (since epoch ${since})`),
      plugins: environment.plugins ?? {},
      license: licensed?.name,
      about: intended,
    }),
  );
  const written = readdirSync(files.path);
  if (console.json) console.result({ out: files.path, files: written, page: hasPage });
  console.text(`${relative(process.cwd(), files.path) || '.'}: ${written.join(', ')}`);
  return EXIT.ok;
}

/** False where there is none, and why is said. */
async function pageOf(
  { manifest, plugins, folder }: LoadedManifest,
  { facts, normalization, multipleOf, rule }: Packaged,
  evaluation: Evaluation | undefined,
  out: string,
  onnx: string,
  size: readonly number[] | undefined,
  say: (text: string) => void,
): Promise<boolean> {
  const given = plugins.dataset.options as { channels?: unknown; orientation?: unknown };
  const { resolution } = manifest.data;
  const volumes =
    plugins.dataset.use === '@raremask/dataset-volumes'
      ? (plugins.dataset.options as VolumeOptions)
      : undefined;
  if (facts.space === 3 && size !== undefined && size.join() !== String(manifest.evaluate.window)) {
    say(
      `no predict.html is written: model.onnx takes volumes of ${size.join('x')} alone, and others are predicted as well; name windows of that size: --set evaluate.window=[${size}]`,
    );
    return false;
  }
  const other = otherImages(facts.space === 3 && volumes === undefined, given.channels, volumes);
  if (other !== undefined) {
    say(`no predict.html is written: it takes pictures of grey or colour, or NIfTI; ${other}`);
    return false;
  }
  if (typeof resolution === 'object' && 'pixelSize' in resolution) {
    say(
      'no predict.html is written: this model goes by the size of pixels that files say (data.resolution), and a browser hands over pictures without it',
    );
    return false;
  }
  const runtime = await runtimeFiles(folder);
  if (runtime === undefined) {
    say(
      'no predict.html is written, since onnxruntime-web is not installed: npm install onnxruntime-web',
    );
    return false;
  }
  const viewer = volumes && (await viewerFile(folder));
  if (volumes && viewer === undefined) {
    say(
      'no predict.html is written, since niivue, which shows volumes, is not installed: npm install @niivue/niivue',
    );
    return false;
  }
  const { mirror, window } = manifest.evaluate;
  const scores = evaluation && scoresText(evaluation);
  const config: PageConfig = {
    ...{ name: manifest.name, facts, normalization, multipleOf, rule, mirror, window },
    ...(resolution !== undefined && { resolution }),
    ...(size !== undefined && { size }),
    upright: given.orientation === 'upright',
    ...(volumes !== undefined && {
      volumes: {
        ...{ view: volumes.view, neighbours: volumes.neighbours, spacing: volumes.spacing },
        ...filesOfCase(volumes),
      },
    }),
    ...(scores !== undefined && { scores }),
  };
  await writePage(out, config, await readFile(onnx), runtime, viewer);
  return true;
}

/** What of the options of volumes says how they are read. */
type VolumeOptions = NonNullable<PageConfig['volumes']> & {
  readonly images?: string | readonly string[];
  readonly classes?: unknown;
};

/** How the files of a case are called where they are several; undefined where names alone do not tell them apart. */
function filesOfCase({ images, classes }: VolumeOptions): Pick<VolumeOptions, 'files'> | undefined {
  // A dataset.json tells of the files.
  if (images === undefined && classes === undefined) return { files: 'numbered' };
  const names = [images ?? []].flat().map((pattern) => basename(pattern));
  if (names.length < 2) return undefined;
  const tell = new Set(names).size === names.length && names.every((name) => name.includes('{id}'));
  return tell ? { files: names } : undefined;
}

/** What the page cannot read of a model's images; undefined where it reads them. */
function otherImages(
  isOtherSpace: boolean,
  channels: unknown,
  volumes: VolumeOptions | undefined,
): string | undefined {
  if (isOtherSpace) return "and this model takes volumes of a data set that is not raremask's";
  if (Array.isArray(channels)) return 'and this model takes chosen channels';
  const files = [volumes?.images ?? []].flat();
  if (volumes && files.length > 1 && filesOfCase(volumes) === undefined) {
    return 'and the files of a case of this model are told apart by their folders';
  }
  return undefined;
}

function scoresText({ split, summary: { foreground } }: Evaluation): string | undefined {
  const { diceForeground: dice, alarmShare: alarms } = foreground;
  const said = [
    dice !== null && `Dice ${dice.toFixed(2)} where there is foreground`,
    alarms !== null && `alarms on ${(100 * alarms).toFixed(0)} % of those without`,
  ].filter((part) => part !== false);
  return said.length === 0 ? undefined : `On its ${split} images: ${said.join(', ')}.`;
}

/** Names of images may be names of people. */
function withoutImages({ images: _images, unreadable: _unreadable, ...rest }: Evaluation) {
  return rest;
}

function dataSummary({ splits, classes, sizes, intensity, channels, remark }: Inspection) {
  return { splits, classes, sizes, intensity, channels, ...(remark !== undefined && { remark }) };
}

/** The text of a file, or a name of SPDX. */
function licenceOf(given: string | undefined): { name: string; text?: string } | undefined {
  if (given === undefined) return undefined;
  if (!existsSync(given)) return { name: given };
  return { name: `see LICENSE (${basename(given)})`, text: textOf(given) };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw unreadableText(path, error);
  }
}
