import { RaremaskError } from '@raremask/core';

export function cannotWrite(path: string, cause: unknown): RaremaskError {
  return new RaremaskError(
    {
      code: 'RAREMASK_TENSORBOARD_WRITE',
      category: 'environment',
      where: path,
      what: 'the events for TensorBoard cannot be written from here on',
      got: cause instanceof Error ? cause.message : String(cause),
      remedy:
        'make room on the disk, or give trackers.with.folder a folder that can be written; metrics.csv has the epochs',
    },
    { cause },
  );
}
