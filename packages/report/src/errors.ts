/** An error that a user can mend; `code` is stable and listed in docs/errors.md. */
export interface ReportError extends Error {
  readonly code: `RAREMASK_${string}`;
  readonly category: 'data' | 'run';
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

export function overlaySize(id: string, what: string, expected: number, got: number): ReportError {
  return reportError({
    code: 'RAREMASK_OVERLAY_SIZE',
    category: 'run',
    message: `${id}: ${what} does not fit the size of the image. Expected: ${expected} values. Got: ${got}. Do this: hand over the image, the truth and the prediction of one sample, at one size.`,
  });
}
