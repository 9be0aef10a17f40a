import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Model, OnEvent } from '@raremask/core';
import { type RunFolder, readJson, writeJson } from '@raremask/record';
import type { Work } from '../opening/openWork.ts';
import type { NameTable } from '../weights/names.ts';
import { startedFrom, type WeightReport } from '../weights/startFrom.ts';
import {
  type Fingerprint,
  fingerprintOf,
  readWeightFile,
  weightPath,
} from '../weights/weightFile.ts';

/** What a run folder keeps of the file that its network began with; weights.json. */
interface WeightRecord extends WeightReport {
  readonly file: string;
  readonly fingerprint: Fingerprint;
}

/** A model with the weights to start from, and what is kept of where they come from. */
interface StartWeights {
  readonly model: Model;
  readonly record: WeightRecord;
}

/** Undefined where the manifest names no weights. @throws RaremaskError where nothing fits */
export async function startWeights(work: Work, model: Model): Promise<StartWeights | undefined> {
  const setting = settingOf(work);
  if (setting === undefined) return undefined;
  const path = weightPath(setting.path);
  const file = await readWeightFile(path);
  const { model: begun, report } = startedFrom(model, file, work.facts.channels, setting.names);
  const record = { file: path, fingerprint: await fingerprintOf(path), ...report };
  return { model: begun, record };
}

/** Writes what was taken into the run folder, and says it in a note. */
export async function recordStart(
  { model, record }: StartWeights,
  folder: RunFolder,
  emit: OnEvent,
): Promise<void> {
  await writeJson(folder.weights, record);
  emit({ type: 'note', level: 'info', text: startNote(record, model) });
}

/**
 * Of a run that goes on: its weights are in its checkpoint, and the file is not read again; one that has
 * changed since, or that another setting names, is warned of.
 */
export async function checkStart(work: Work, folder: RunFolder, emit: OnEvent): Promise<void> {
  const setting = settingOf(work);
  const record = await readJson<WeightRecord>(folder.weights);
  const warn = (text: string) => emit({ type: 'note', level: 'warn', text });
  if (setting === undefined) return;
  if (record === undefined) {
    warn('model.weights has no effect: this run began without a file of weights');
    return;
  }
  let now: Fingerprint | undefined;
  let path = setting.path;
  try {
    path = weightPath(setting.path);
    now = await changedFingerprint(path, record.fingerprint);
  } catch {
    // The run has its weights; a file that is gone does no harm.
    return;
  }
  if (now === undefined || now.sha256 === record.fingerprint.sha256) return;
  warn(
    `${path} is another file than when this run began (sha256 ${record.fingerprint.sha256.slice(0, 12)} then, ${now.sha256.slice(0, 12)} now); the run goes on from its checkpoint`,
  );
}

/** Undefined where size and time are the same, so that nothing need be read. */
async function changedFingerprint(
  path: string,
  before: Fingerprint,
): Promise<Fingerprint | undefined> {
  const { size, mtimeMs } = await stat(path);
  if (size === before.bytes && mtimeMs === before.modified) return undefined;
  return await fingerprintOf(path);
}

function settingOf({
  loaded,
}: Work): { readonly path: string; readonly names: NameTable } | undefined {
  const { weights } = loaded.manifest.model;
  if (weights === undefined) return undefined;
  const { file, names } = typeof weights === 'string' ? { file: weights, names: {} } : weights;
  return { path: resolve(loaded.folder, file), names };
}

function startNote({ file, taken, anew, unused }: WeightRecord, model: Model): string {
  const all = [...model.weights, ...model.buffers];
  const size = (shapes: readonly { readonly shape: readonly number[] }[]) =>
    shapes
      .reduce((sum, { shape }) => sum + shape.reduce((product, extent) => product * extent, 1), 0)
      .toLocaleString('en-US');
  const changes = taken.flatMap(({ name, change }) => (change ? [`${name} ${change}`] : []));
  const reasons = anew.map(
    ({ name, shape, reason }) => `${name} [${shape.join(', ')}] (${reason})`,
  );
  return [
    `weights from ${file}: ${taken.length} of ${all.length} arrays, ${size(taken)} of ${size(all)} numbers`,
    ...(changes.length > 0 ? [few(changes)] : []),
    anew.length > 0 ? `anew: ${few(reasons)}` : 'nothing starts anew',
    ...(unused.length > 0 ? [`not used of the file: ${few(unused)}`] : []),
  ].join('; ');
}

/** The first ones, and how many more; the run folder has them all. */
function few(list: readonly string[]): string {
  const shown = list.slice(0, 6);
  const rest = list.length - shown.length;
  return shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
