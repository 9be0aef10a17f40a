import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus, homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { type Machine, thisMachine, withoutGpu } from '@raremask/backends';
import { type Forms, GPU_FORMS, missingOfCuda, runtimeFiles } from '@raremask/compiler';
import { makeFolder, unsealed, writeJson } from '@raremask/record';
import { type Outcome, type TimeRequest, timeBackend } from './time.ts';

/** What a machine was measured to be fastest with. */
export interface Calibration {
  /** Backends that computed, the fastest first. */
  readonly ranking: readonly {
    readonly backend: TimeRequest['backend'];
    readonly milliseconds: number;
    readonly device: string;
    readonly forms?: Forms;
  }[];
  /** Those that did not, and why. */
  readonly failed: readonly { readonly backend: string; readonly detail: string }[];
  /** Day of the measurement, as in 2026-11-28. */
  readonly day: string;
}

/** How far the loss of a first step may be from the processor's. */
const TOLERANCE = 1e-4;

/**
 * Times a training step on every backend that may be there, within about ten seconds where no GPU has shaders
 * to compile; a backend whose loss is another one does not count.
 *
 * @param time times one of them
 */
export async function calibrate(
  folder: string,
  threads: number,
  time: (request: TimeRequest) => Promise<Outcome> = timeBackend,
  machine: Machine = thisMachine(),
): Promise<Calibration> {
  const ranking: Calibration['ranking'][number][] = [];
  const failed: { backend: string; detail: string }[] = [];
  let expected: number | undefined;
  for (const candidate of candidates(machine)) {
    const outcome = await time({ ...candidate, folder, threads, seconds: 1 });
    const { backend, forms } = candidate;
    if (outcome.state !== 'ok') {
      failed.push({ backend, detail: outcome.detail });
      continue;
    }
    const { milliseconds, device, loss } = outcome;
    expected ??= loss;
    if (!(Math.abs(loss - expected) <= TOLERANCE * Math.abs(expected))) {
      const detail = `its first loss is ${loss}, and the processor's ${expected}`;
      failed.push({ backend, detail });
      continue;
    }
    ranking.push({ backend, milliseconds, device, ...(forms && { forms }) });
  }
  ranking.sort((a, b) => a.milliseconds - b.milliseconds);
  return { ranking, failed, day: new Date().toISOString().slice(0, 10) };
}

/** The processor comes first: the others are held against it. GPUs are timed in each form. */
function candidates(machine: Machine): Pick<TimeRequest, 'backend' | 'forms'>[] {
  const gpu = withoutGpu(machine) === undefined;
  const forms: Forms[] = [
    GPU_FORMS,
    { ...GPU_FORMS, layout: 'NHWC' },
    { ...GPU_FORMS, minimal: true },
  ];
  const files = runtimeFiles();
  const cuda = gpu && files !== undefined && missingOfCuda(files).length === 0;
  return [
    { backend: 'compiled' },
    { backend: 'wasm' },
    ...(gpu ? forms.map((one) => ({ backend: 'webgpu' as const, forms: one })) : []),
    // CUDA's provider lays images out itself.
    ...(cuda
      ? [GPU_FORMS, { ...GPU_FORMS, minimal: true }].map((one) => ({
          backend: 'cuda' as const,
          forms: one,
        }))
      : []),
    { backend: 'tensorflow' },
    ...(gpu ? [{ backend: 'tensorflow-gpu' as const }] : []),
  ];
}

/** What would make a measurement another one. */
function machineKey(machine: Machine): string {
  const files = runtimeFiles();
  const gpus = machine.run('nvidia-smi', [
    '--query-gpu=name,driver_version',
    '--format=csv,noheader',
  ]);
  const facts = [
    hostname(),
    cpus()[0]?.model,
    cpus().length,
    files?.version,
    gpus,
    withoutGpu(machine),
  ];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
}

/** Of the measurements of every machine that this home folder serves. */
function folderOf(machine: Machine): string {
  return join(machine.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'raremask');
}

function nameFor(machine: Machine): string {
  return `backends-${machineKey(machine)}.json`;
}

/** What this machine was measured to be; undefined where it was not, or has changed since. */
export function knownCalibration(machine: Machine = thisMachine()): Calibration | undefined {
  const folder = folderOf(machine);
  try {
    // Asking the GPU's driver for its name takes a command longer than all else; most machines were not measured.
    if (!readdirSync(folder).some((name) => name.startsWith('backends-'))) return undefined;
    return unsealed(readFileSync(join(folder, nameFor(machine)), 'utf8')) as Calibration;
  } catch {
    return undefined;
  }
}

/** Keeps a measurement for later commands. @returns the file */
export async function keepCalibration(
  found: Calibration,
  machine: Machine = thisMachine(),
): Promise<string> {
  const folder = folderOf(machine);
  makeFolder(folder);
  const file = join(folder, nameFor(machine));
  await writeJson(file, found);
  return file;
}
