import { mkdirSync, rmSync } from 'node:fs';
import {
  attempt,
  buildTensorflow,
  findPackage,
  gpuDevices,
  type NativeName,
  nativePackages,
  noTensorflowRelease,
  tensorflowRelease,
  thisMachine,
  WHEEL_OPTIONS,
} from '@raremask/backends';
import { prove } from '../backend/proof.ts';
import type { Console } from '../console.ts';
import { tensorflowNotInstalled } from '../errors.ts';
import { EXIT } from '../failure.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { fetchWheels } from './fetchWheels.ts';
import { addPackage, ownWay, removePackage } from './nativePackage.ts';

/** A release's wheel, or an error that says for which machines there is one. */
function releaseFor(name: NativeName) {
  const machine = thisMachine();
  const release = tensorflowRelease(name, machine);
  if (release === undefined) throw noTensorflowRelease(`${machine.platform} on ${machine.arch}`);
  return release;
}

/**
 * Installs tfjs-node-gpu where a GPU of NVIDIA is there, else or where that does not compute tfjs-node: by its own
 * script, else with libtensorflow out of TensorFlow's wheel. What does not train as plain JavaScript does is undone.
 *
 * @param from a folder that `packTensorflow` has made
 */
export async function installTensorflow(
  from: string | undefined,
  console: Console,
): Promise<number> {
  const folder = process.cwd();
  const failures: string[] = [];
  for (const name of candidates()) {
    const was = findPackage(name, folder);
    if (was === undefined) addPackage(name, folder, console);
    const { home } = findPackage(name, folder)!;
    for (const [way, install] of waysTo(name, home, from, console)) {
      const trial = attempt(home);
      let detail: string;
      try {
        await install();
        const proof = await prove({ backend: name, folder });
        if (proof.state === 'ok') {
          trial.keep();
          return told(name, way, home, proof.value, console);
        }
        ({ detail } = proof);
      } catch (error) {
        detail = (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
      }
      trial.undo();
      const failure = `${nativePackages[name]} by ${way}: ${detail}`;
      failures.push(failure);
      console.note('info', failure);
    }
    if (was === undefined) removePackage(name, folder, console);
  }
  throw tensorflowNotInstalled(failures);
}

/** Makes a folder to install from where there is no network. */
export function packTensorflow(out: string, gpu: boolean, console: Console): number {
  mkdirSync(out, { recursive: true });
  const { wheel } = fetchRelease(gpu ? 'tensorflow-gpu' : 'tensorflow', out, console);
  if (console.json) console.result({ folder: out, wheel });
  else console.text(`${wheel}\nThere: raremask backend install tensorflow --from ${out}`);
  return EXIT.ok;
}

function candidates(): readonly NativeName[] {
  const seen = gpuDevices(thisMachine()).some(({ maker }) => maker === 'nvidia');
  return seen ? ['tensorflow-gpu', 'tensorflow'] : ['tensorflow'];
}

type Way = readonly [name: string, install: () => void | Promise<void>];

function waysTo(
  name: NativeName,
  home: string,
  from: string | undefined,
  console: Console,
): readonly Way[] {
  const wheel: Way = [
    from === undefined ? "TensorFlow's wheel" : `TensorFlow's wheel in ${from}`,
    () => fromWheel(name, home, from, console),
  ];
  return from === undefined
    ? [['its own script', () => ownWay(name, home, console)], wheel]
    : [wheel];
}

function fromWheel(
  name: NativeName,
  home: string,
  from: string | undefined,
  console: Console,
): void {
  const release = releaseFor(name);
  if (from !== undefined) {
    buildTensorflow(home, release, from);
    return;
  }
  const temporary = temporaryFolder('tensorflow');
  try {
    fetchRelease(name, temporary, console);
    buildTensorflow(home, release, temporary);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function fetchRelease(name: NativeName, folder: string, console: Console) {
  const release = releaseFor(name);
  console.note('info', `Fetching ${release.requirements.join(' ')}: ${release.size}`);
  fetchWheels(release.requirements, folder, WHEEL_OPTIONS);
  return release;
}

function told(
  name: NativeName,
  way: string,
  home: string,
  { device, difference }: { readonly device: string; readonly difference: number },
  console: Console,
): number {
  if (console.json) console.result({ backend: name, way, home, device, difference });
  else {
    console.text(
      `${nativePackages[name]} is installed by ${way}: one training step of a U-Net is plain JavaScript's to ${difference.toExponential(1)}.
${device}
Then: raremask train --backend ${name}`,
    );
  }
  return EXIT.ok;
}
