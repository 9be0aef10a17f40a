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
