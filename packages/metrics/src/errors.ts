/** An error that a user or caller can mend; `code` is stable and listed in docs/errors.md. */
export interface MetricsError extends Error {
  readonly code: `RAREMASK_${string}`;
  readonly category: 'data' | 'run';
}

function metricsError(
  code: MetricsError['code'],
  category: MetricsError['category'],
  message: string,
): MetricsError {
  return Object.assign(new Error(message), { name: 'RaremaskError', code, category });
}

export function wrongSize(where: string, size: readonly number[]): MetricsError {
  return metricsError(
    'RAREMASK_SCORE_SIZE',
    'run',
    `${where}: this size is not that of an image. Expected: [height, width] or [depth, height, width], whole numbers from 1. Got: [${size.join(', ')}]. Do this: leave out the batch axis and the class axis.`,
  );
}

export function wrongLength(
  where: string,
  what: string,
  expected: number,
  got: number,
): MetricsError {
  return metricsError(
    'RAREMASK_SCORE_LENGTH',
    'run',
    `${where}: ${what} does not fit the size. Expected: ${expected} values. Got: ${got}. Do this: hand over one label a pixel for exclusive classes, and one 0 or 1 a pixel and class for overlapping ones.`,
  );
}

export function wrongClasses(where: string, classes: number, least: number): MetricsError {
  return metricsError(
    'RAREMASK_SCORE_CLASSES',
    'run',
    `${where}: there is no foreground class. Expected: classes from ${least}. Got: ${classes}. Do this: count the background for exclusive classes, and leave it out for overlapping ones.`,
  );
}

export function wrongLabel(
  where: string,
  what: string,
  place: readonly number[],
  allowed: string,
  got: number,
): MetricsError {
  return metricsError(
    'RAREMASK_SCORE_LABEL',
    'data',
    `${where}: ${what} has an unknown value at pixel [${place.join(', ')}]. Expected: ${allowed}. Got: ${got}. Do this: map the values of the mask to classes before scoring.`,
  );
}

export function mixedClasses(id: string, expected: number, got: number): MetricsError {
  return metricsError(
    'RAREMASK_SCORE_MIXED',
    'run',
    `${id}: the scores come from tasks with different classes. Expected: ${expected} foreground classes as in the first score. Got: ${got}. Do this: summarize the scores of one task at a time.`,
  );
}
