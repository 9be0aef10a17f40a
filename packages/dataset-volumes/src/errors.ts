import { RaremaskError } from '@raremask/core';

function dataError(
  code: `RAREMASK_${string}`,
  where: string,
  what: string,
  expected: string,
  got: string | undefined,
  remedy: string,
): RaremaskError {
  return new RaremaskError({
    code,
    category: 'data',
    where,
    what,
    expected,
    ...(got !== undefined && { got }),
    remedy,
  });
}

export function cannotRead(file: string, cause: unknown): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_CANNOT_READ',
    file,
    'the file cannot be read',
    'a NIfTI-1 file, .nii or .nii.gz',
    cause instanceof Error ? cause.message : String(cause),
    'replace or remove the file, or mend the patterns in data.with',
  );
}

export function notNifti(file: string, got: string): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_NOT_NIFTI',
    file,
    'this is not a NIfTI-1 file',
    'a header of 348 bytes with the magic n+1',
    got,
    'convert the file to .nii or .nii.gz',
  );
}

export function truncated(file: string, expected: number, got: number): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_TRUNCATED',
    file,
    'the file ends early',
    `${expected} bytes`,
    `${got} bytes`,
    'fetch or write the file again',
  );
}

export function wrongDimensions(file: string, dimensions: readonly number[]): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_DIMENSIONS',
    file,
    'the volume has the wrong dimensions',
    'three positive space axes, and at most a fourth that holds channels (one, in a mask)',
    dimensions.join('x'),
    'split or convert the file',
  );
}

export function unknownDatatype(file: string, code: number): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_DATATYPE',
    file,
    'voxels of this type are not read',
    'integers of 8, 16 or 32 bits, or float32 or float64',
    `NIfTI datatype ${code}`,
    'convert the file',
  );
}

export function badAffine(file: string): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_AFFINE',
    file,
    'the affine does not place the voxels in space',
    'three independent, finite axes',
    'an axis of length 0, or one that is no number',
    'mend sform, qform or pixdim in the header',
  );
}

export function otherGrid(
  file: string,
  first: string,
  got: string,
  expected: string,
): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_OTHER_GRID',
    file,
    `the grid differs from that of ${first}`,
    expected,
    got,
    'resample the file to the grid of the first image of its case',
  );
}

export function otherChannels(file: string, got: number, expected: number): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_CHANNELS',
    file,
    'the case has another number of channels than the first one',
    String(expected),
    String(got),
    'give every case the same channels',
  );
}

export function unknownLabel(
  file: string,
  value: number,
  voxel: readonly number[],
  known: readonly number[],
): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_UNKNOWN_LABEL',
    file,
    `the mask holds the value ${value}, which no class has`,
    known.join(', '),
    `${value} at voxel [${voxel.join(', ')}], in the file's own axes, from 0`,
    'name the value in data.with.classes, or mend the mask',
  );
}

export function noCases(pattern: string): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_NONE',
    pattern,
    'no file matches the pattern of images',
    'at least one file with {id} in its name',
    undefined,
    'mend data.with.root or data.with.images',
  );
}

export function noSuchCase(file: string, patterns: readonly string[]): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_NO_CASE',
    file,
    'the file is not the first image of a case',
    `a name like ${patterns[0]}, with ${patterns.slice(1).join(', ')} beside it`,
    undefined,
    'name the first image of the case, or the folder',
  );
}

export function cannotTell(folder: string, patterns: readonly string[]): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_CANNOT_TELL',
    folder,
    'it does not show which files are the images of one case',
    `files as in training: ${patterns.join(', ')}, in the folder or below it`,
    undefined,
    'name the files as in training, or lay the folder out as the root of the data',
  );
}

export function unknownId(id: string): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_UNKNOWN_ID',
    id,
    'the data set has no sample of this id',
    'an id that it lists',
    id,
    'mend the list of ids',
  );
}
