import { RaremaskError } from '@raremask/core';

export function resumeRefused(folder: string, reasons: readonly string[]): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_RESUME_REFUSED',
    category: 'manifest',
    where: folder,
    what: `a run that goes on cannot follow ${reasons.length === 1 ? 'this change' : 'these changes'}: ${reasons.join('; ')}`,
    expected: 'the settings that the run began with',
    remedy: 'leave them out here, or train anew with them; nothing was written',
  });
}

/** A stop after which the run goes on: the command ends with the code of one that was interrupted. */
export function deviceLost(folder: string, cause: Error): RaremaskError {
  return new RaremaskError(
    {
      code: 'RAREMASK_GPU_LOST',
      category: 'interrupted',
      where: folder,
      what: 'the GPU is lost, and with it what was computed since the last checkpoint',
      got: cause.message,
      remedy: `raremask resume ${folder}; where the GPU stays away, with --backend compiled. The system's log says why it went`,
    },
    { cause },
  );
}
