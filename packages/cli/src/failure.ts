import {
  type ErrorCategory,
  isOutOfMemory,
  isRaremaskError,
  type RaremaskError,
} from '@raremask/core';
import { pluginBehind } from '@raremask/core/host';
import { advised, type Console } from './console.ts';
import { deviceLost, noRoom, outOfMemory, thrownUnseen } from './errors.ts';

/** What a process says with its exit status. */
export const EXIT = {
  ok: 0,
  failed: 1,
  manifest: 2,
  environment: 3,
  data: 5,
  /** Interrupted after its state was saved, or a GPU was lost: `raremask resume` goes on. */
  resumable: 75,
  interrupted: 130,
} as const;

const STATUS: Readonly<Record<ErrorCategory, number>> = {
  manifest: EXIT.manifest,
  environment: EXIT.environment,
  interrupted: EXIT.resumable,
  data: EXIT.data,
  run: EXIT.failed,
  plugin: EXIT.failed,
};

/** Says what went wrong and gives the exit status. A user's mistake has no stack, a bug has one. */
export function reportFailure(failure: unknown, console: Console, version: string): number {
  const error = isOutOfMemory(failure) ? memoryFailure(failure) : behindOr(knownOr(failure));
  if (isRaremaskError(error)) {
    const each = partsOf(error);
    if (console.json) {
      console.result({
        errors: each.map(({ code, category, message, parts }) => ({
          code,
          category,
          message: advised(message),
          ...parts,
          ...(parts !== undefined &&
            'remedy' in parts && { remedy: advised(String(parts.remedy)) }),
        })),
      });
    }
    for (const one of each) console.problem(one.message, one.code ?? '');
    return STATUS[error.category] ?? EXIT.failed;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (console.json) console.result({ errors: [{ code: 'RAREMASK_BUG', message: text }] });
  console.problem(
    `This is a bug in raremask or in a plugin.\n${text}\nraremask ${version}, Node ${process.version}, ${process.platform} ${process.arch}`,
    'RAREMASK_BUG',
  );
  return EXIT.failed;
}

/** What is no bug, wherever it happens: a lost GPU, as the compiler tells it, and a disk that takes no more. */
function knownOr(failure: unknown): unknown {
  if (!(failure instanceof Error) || isRaremaskError(failure)) return failure;
  if (failure.name === 'DeviceLost') return deviceLost(failure);
  const { code = '', path } = failure as NodeJS.ErrnoException;
  return /^(ENOSPC|EDQUOT|EROFS)$/.test(code) ? noRoom(path, failure) : failure;
}

/** What a plugin throws where nobody expects that it runs: in a getter, a proxy, or a function of its options. */
function behindOr(failure: unknown): unknown {
  if (isRaremaskError(failure)) return failure;
  const behind = pluginBehind(failure);
  return behind === undefined ? failure : thrownUnseen(behind, failure);
}

/** Where memory ends is nobody's mistake, and no bug, whoever says so. */
function memoryFailure(failure: unknown): RaremaskError {
  if (!isRaremaskError(failure)) return outOfMemory(undefined, failure);
  // A training step's says more: what was estimated, and what fits.
  if (failure.category === 'environment') return failure;
  return outOfMemory(failure.parts.where, failure.cause ?? failure);
}

function partsOf(error: Error): readonly (Error & {
  readonly code?: string;
  readonly category?: string;
  readonly parts?: object;
})[] {
  const several = (error as { readonly errors?: readonly Error[] }).errors;
  return several !== undefined && several.length > 0 ? several : [error];
}
