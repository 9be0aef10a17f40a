/** An error that a user can mend; `code` is stable and listed in docs/errors.md. */
export interface ReportError extends Error {
  readonly code: `RAREMASK_${string}`;
  readonly category: 'environment' | 'data' | 'run';
}

interface Parts {
  readonly code: ReportError['code'];
  readonly category: ReportError['category'];
  readonly message: string;
  readonly cause?: unknown;
}

function reportError({ code, category, message, cause }: Parts): ReportError {
  return Object.assign(new Error(message, { cause }), { name: 'RaremaskError', code, category });
}

export function notReportable(folder: string): ReportError {
  return reportError({
    code: 'RAREMASK_REPORT_NO_RUN',
    category: 'data',
    message: `${folder}: there is no run in this folder. Expected: metrics.csv, evaluation.json or manifest.resolved.yaml. Do this: name the run folder itself, such as runs/NAME.`,
  });
}

export function damagedFile(path: string, cause: unknown): ReportError {
  const got = cause instanceof Error ? cause.message : String(cause);
  return reportError({
    code: 'RAREMASK_REPORT_DAMAGED',
    category: 'data',
    message: `${path}: the file cannot be read as what it should be. Expected: JSON as the run wrote it. Got: ${got}. Do this: score the run again with raremask evaluate, or remove the file.`,
    cause,
  });
}

export function cannotWriteReport(path: string, cause: unknown): ReportError {
  const reason = (cause as NodeJS.ErrnoException | undefined)?.code ?? String(cause);
  return reportError({
    code: 'RAREMASK_REPORT_WRITE',
    category: 'environment',
    message: `${path}: the file cannot be written, and what was there before is kept. Got: ${reason}. Do this: ${REMEDIES[reason] ?? 'check the disk and the rights of the folder'}.`,
    cause,
  });
}

const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'make room on the disk, then write the report anew',
  EACCES: 'give yourself the right to write into the folder',
  EROFS: 'copy the run to a disk that can be written',
};

export function overlaySize(id: string, what: string, expected: number, got: number): ReportError {
  return reportError({
    code: 'RAREMASK_OVERLAY_SIZE',
    category: 'run',
    message: `${id}: ${what} does not fit the size of the image. Expected: ${expected} values. Got: ${got}. Do this: hand over the image, the truth and the prediction of one sample, at one size.`,
  });
}
