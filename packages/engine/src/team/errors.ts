import { RaremaskError } from '@raremask/core';

export function processesDiffer(
  what: string,
  rank: number,
  expected: string,
  got: string,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_PROCESSES_DIFFER',
    category: 'environment',
    where: `rank ${rank}`,
    what: `${what}: this process differs from rank 0, and they would not train one network`,
    expected,
    got,
    remedy:
      'start all of them with one command, on machines that see the same manifest, data and raremask',
  });
}

export function folderNotShared(folder: string, rank: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_FOLDER_NOT_SHARED',
    category: 'environment',
    where: `${folder} (rank ${rank})`,
    what: 'the run folder that rank 0 has made is not seen by this process',
    expected: 'a folder on a file system that all machines of the job share',
    remedy: 'name one with --out, or with output in the manifest',
  });
}

export function fewerDrawsThanProcesses(batch: number, size: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_BATCH_TOO_SMALL',
    category: 'manifest',
    where: 'train.batch',
    what: `a batch of ${batch} cannot be divided among ${size} processes`,
    expected: `train.batch of ${size} or more: it is the batch of all processes together`,
    got: `${batch}`,
    remedy: `set train.batch: ${size}, or start fewer processes`,
  });
}
