import { execFileSync } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmdirSync,
  statfsSync,
} from 'node:fs';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { join } from 'node:path';

/** What can be asked of a machine. Tests hand in one that they have made up. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** As process.version has it. */
  readonly node: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cores: number;
  /** Bytes. */
  readonly memory: { readonly total: number; readonly free: number };
  exists(path: string): boolean;
  /** Whether this user may open it for reading and writing. */
  opens(path: string): boolean;
  /** Whether this user may make files in it. */
  writable(folder: string): boolean;
  /** Names in a folder; none where there is no such folder, or it cannot be read. */
  list(folder: string): readonly string[];
  /** A file's text, or undefined where it cannot be read. */
  read(path: string): string | undefined;
  /** Part of a file, shorter where it ends; undefined where it cannot be read. */
  bytes(path: string, offset: number, length: number): Uint8Array | undefined;
  /** What a command prints, or undefined where it is missing or fails. */
  run(command: string, args: readonly string[]): string | undefined;
  /** Bytes that this user may still write below a folder, or undefined where the system does not say. */
  free(folder: string): number | undefined;
}

/** @param root stands before every path, so that a folder can play a machine */
export function thisMachine(root = ''): Machine {
  const at = (path: string) => (root === '' ? path : join(root, path));
  return {
    platform: process.platform,
    arch: process.arch,
    node: process.version,
    env: process.env,
    cores: availableParallelism(),
    memory: { total: totalmem(), free: freemem() },
    exists: (path) => existsSync(at(path)),
    opens: (path) => tries(() => accessSync(at(path), constants.R_OK | constants.W_OK)) !== FAILED,
    // Tried, since access() knows nothing of what else forbids it.
    writable: (folder) =>
      tries(() => rmdirSync(mkdtempSync(join(at(folder), 'raremask-doctor-')))) !== FAILED,
    list: (folder) => orElse(() => readdirSync(at(folder)).sort(), []),
    read: (path) => orElse(() => readFileSync(at(path), 'utf8'), undefined),
    bytes: (path, offset, length) =>
      orElse(() => {
        const file = openSync(at(path), 'r');
        try {
          const buffer = Buffer.alloc(length);
          return buffer.subarray(0, readSync(file, buffer, 0, length, offset));
        } finally {
          closeSync(file);
        }
      }, undefined),
    run: (command, args) =>
      orElse(
        () =>
          execFileSync(command, [...args], {
            encoding: 'utf8',
            stdio: ['ignore', 'pipe', 'ignore'],
            // A driver that hangs makes its tools hang, some of which hear no other signal.
            timeout: 10_000,
            killSignal: 'SIGKILL',
          }),
        undefined,
      ),
    free: (folder) =>
      orElse(() => {
        const { bavail, bsize } = statfsSync(at(folder));
        return bavail * bsize;
      }, undefined),
  };
}

const FAILED = Symbol('failed');

function tries<T>(work: () => T): T | typeof FAILED {
  try {
    return work();
  } catch {
    return FAILED;
  }
}

function orElse<T, E>(work: () => T, otherwise: E): T | E {
  const made = tries(work);
  return made === FAILED ? otherwise : made;
}
