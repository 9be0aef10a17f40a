import { RaremaskError } from '@raremask/core';
import { dataError } from '../dataError.ts';

const DATATYPES: Readonly<Record<number, string>> = {
  1: 'single bits',
  32: 'complex numbers of 64 bits',
  128: 'RGB colours',
  1536: 'floats of 128 bits',
  1792: 'complex numbers of 128 bits',
  2048: 'complex numbers of 256 bits',
  2304: 'RGBA colours',
};

const CONVERT =
  'write it as NIfTI-1, for example in Python: nibabel.save(nibabel.Nifti1Image(image.get_fdata(), image.affine), "name.nii.gz")';

export function cannotRead(file: string, cause: unknown): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_CANNOT_READ',
    file,
    'the file cannot be read',
    'a volume: .nii, .nii.gz, .nrrd, .mha, .mhd, or a folder with a DICOM series',
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

export function niftiTwo(file: string): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_NIFTI_2',
    file,
    'the file is NIfTI-2, which is not read',
    'NIfTI-1, with a header of 348 bytes',
    'a header of 540 bytes',
    CONVERT,
  );
}

export function headerAndImage(file: string): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_HEADER_AND_IMAGE',
    file,
    'the volume is a pair of .hdr and .img, which is not read',
    'one file with header and voxels, .nii or .nii.gz',
    'a header with the magic ni1, whose voxels are in another file',
    CONVERT,
  );
}

export function analyze(file: string): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_ANALYZE',
    file,
    'the file is Analyze 7.5, which does not say which side is left',
    'NIfTI-1, one file, .nii or .nii.gz',
    'a header of 348 bytes without a magic',
    `${CONVERT}; then look at the result beside an image whose sides are known`,
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

export function truncatedArchive(file: string): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_TRUNCATED',
    file,
    'the compressed file ends early',
    'a gzip stream with its end',
    'one that breaks off',
    'fetch or write the file again',
  );
}

export function damagedArchive(file: string, cause: unknown): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_DAMAGED_ARCHIVE',
    file,
    'the compressed file is damaged',
    'a gzip stream that its checksum and its length agree with',
    cause instanceof Error ? cause.message : String(cause),
    'fetch or write the file again',
  );
}

export function tooLong(file: string, expected: number, got: number): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_TOO_LONG',
    file,
    'there is more behind the header than the voxels that it tells of: the file is damaged',
    `${expected} bytes`,
    `${got} bytes`,
    'fetch or write the file again; where it is right otherwise, mend the extent or the type of voxels in the header, or cut off what follows the voxels',
  );
}

export function wrongDimensions(file: string, dimensions: readonly number[]): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_DIMENSIONS',
    file,
    'the volume has the wrong dimensions',
    'three positive space axes, and at most a fourth that holds channels',
    dimensions.join('x'),
    'split or convert the file',
  );
}

export function unknownDatatype(file: string, code: number): RaremaskError {
  const name = DATATYPES[code];
  return dataError(
    'RAREMASK_VOLUMES_DATATYPE',
    file,
    'voxels of this type are not read',
    'integers of 8 to 64 bits, or floats of 32 or 64',
    name === undefined ? `NIfTI datatype ${code}` : `${name} (NIfTI datatype ${code})`,
    'write magnitudes, grey values or a channel each along a fourth axis, as one of these types',
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

/** @param got in the reader's own words */
export function notThere(file: string, got: string): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_CANNOT_READ',
    file,
    'no volume could be read from it',
    'a volume: .nii, .nii.gz, .nrrd, .mha, .mhd, or a folder with a DICOM series',
    got,
    'replace or remove the file, or convert it to .nii.gz',
  );
}

export function needsPackage(file: string, name: string, cause: unknown): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_VOLUMES_NEEDS_PACKAGE',
    category: 'environment',
    where: file,
    what: 'this kind of file is read through a package that is not installed',
    expected: name,
    got: cause instanceof Error ? cause.message : String(cause),
    remedy: `npm install ${name}, or convert the file to .nii.gz`,
  });
}

export function unknownPixels(file: string, got: string): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_PIXELS',
    file,
    'voxels of this kind are not read',
    'three axes of numbers, or several of them a voxel or along a fourth axis as channels',
    got,
    'write magnitudes or grey values, with the channels along a fourth axis',
  );
}

export function dicomKind(file: string, got: string): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_DICOM_KIND',
    file,
    'DICOM files of this kind are not read',
    'a slice a file, little-endian, of 8, 16 or 32 bits, whose place in space is stated',
    got,
    'convert the series to .nii.gz, for example with dcm2niix',
  );
}

/** @param size of the file, in bytes */
export function cutSlice(file: string, size: number): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_TRUNCATED',
    file,
    'the DICOM file ends early, or is damaged',
    'a header up to the pixels, and all of the pixels',
    `${size} bytes that break off before`,
    'fetch or export the slice again',
  );
}

export function fewPixels(file: string, expected: number, got: number): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_TRUNCATED',
    file,
    'the slice has fewer pixels than its rows and columns',
    `${expected} bytes of pixels`,
    `${got} bytes`,
    'fetch or export the slice again',
  );
}

export function emptySlice(file: string): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_EMPTY_FILE',
    file,
    'the file is called as a slice of the series is, but it is empty',
    'a DICOM file',
    '0 bytes',
    'fetch or export the slice again, or remove the file',
  );
}

/** @param size of the file, in bytes */
export function notDicom(file: string, size: number): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_NOT_DICOM',
    file,
    'the file is called as a slice of the series is, but it is no DICOM file',
    'the letters DICM from byte 128 on',
    `${size} bytes without them`,
    'fetch or export the slice again, or give the file another name or place',
  );
}

export function otherSeries(
  folder: string,
  counts: readonly (readonly [string, number])[],
): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_SEVERAL_SERIES',
    folder,
    'the folder holds more than one DICOM series',
    'the files of one series',
    counts.map(([series, count]) => `${count} files of ${series}`).join(', '),
    'give every series a folder of its own',
  );
}

export function unevenSlices(folder: string, got: string): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_UNEVEN_SLICES',
    folder,
    'the slices of the series do not make a regular grid: some are missing, or there twice',
    'slices of one extent and direction, equally far from each other',
    got,
    'fetch the missing slices, take out those that are there twice, or resample the series to .nii.gz',
  );
}

export function brokenHeader(file: string, got: string): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_BROKEN_HEADER',
    file,
    'the header is damaged',
    'the entries of a MetaImage, each with a value of its kind',
    got,
    'fetch or write the file again; an entry of your own needs a name that is less like a known one',
  );
}

/** @param syntax transfer syntax */
export function unreadSyntax(file: string, syntax: string): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_DICOM_KIND',
    file,
    'DICOM files of this compression are not read',
    'pixels that are not compressed, or by RLE, JPEG, JPEG-LS or JPEG 2000',
    `transfer syntax ${syntax}`,
    'convert the series to .nii.gz with dcm2niix, or unpack it, for example with gdcmconv --raw',
  );
}

export function beyondBits(file: string, value: number, stored: number): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_DICOM_KIND',
    file,
    'a pixel is no number of the bits that the header tells of: header and compressed pixels contradict each other, or are damaged',
    `numbers of ${stored} bits`,
    `${value}`,
    'convert the series to .nii.gz with dcm2niix and look at it, or unpack it, for example with gdcmconv --raw',
  );
}

export function noLabelMap(file: string, got: string): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_NO_LABEL_MAP',
    file,
    'the DICOM file holds no label map that is read',
    'a segmentation (DICOM SEG) of whole pixels; or a label map as .nii.gz',
    got,
    'turn it into a label map on the grid of the image: dcmrtstruct2nii or plastimatch for structure sets, dcmqi (segimage2itkimage) for segmentations; a series is named by its folder',
  );
}

export function overlappingSegments(file: string, one: number, other: number): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_NO_LABEL_MAP',
    file,
    'segments of the DICOM segmentation overlap',
    'one segment a voxel, as classes exclude each other',
    `segments ${one} and ${other} in one voxel`,
    'write one label map that says which segment counts where they overlap, as .nii.gz, for example from the files of dcmqi (segimage2itkimage)',
  );
}
