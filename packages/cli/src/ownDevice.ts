import { readdirSync } from 'node:fs';

/**
 * Gives this process one of its machine's GPUs, where there are several: CUDA sees no other. What the batch
 * system has given is divided, and stays as it is where it is one.
 *
 * @param environment changed in place, before anything of CUDA is loaded
 * @param place of the process among those of its machine
 * @param devices of the machine, where nothing is given
 */
export function ownDevice(
  environment: NodeJS.ProcessEnv,
  place: number,
  devices: readonly string[] = devicesOfMachine(),
): void {
  const given = environment['CUDA_VISIBLE_DEVICES'];
  const able = given === undefined ? devices : given.split(',').filter((one) => one.trim() !== '');
  if (able.length < 2) return;
  environment['CUDA_VISIBLE_DEVICES'] = able[place % able.length]!;
}

function devicesOfMachine(): string[] {
  try {
    return readdirSync('/dev').flatMap((name) => /^nvidia(\d+)$/.exec(name)?.[1] ?? []);
  } catch {
    return [];
  }
}
