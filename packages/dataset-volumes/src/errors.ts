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
    'a volume: .nii, .nii.gz, .nrrd, .mha, .mhd, or a folder with a DICOM series',
    cause instanceof Error ? cause.message : String(cause),
    'replace or remove the file, or mend the patterns in data.with',
  );
}

const CONVERT =
  'write it as NIfTI-1, for example in Python: nibabel.save(nibabel.Nifti1Image(image.get_fdata(), image.affine), "name.nii.gz")';

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

const DATATYPES: Readonly<Record<number, string>> = {
  1: 'single bits',
  32: 'complex numbers of 64 bits',
  128: 'RGB colours',
  1536: 'floats of 128 bits',
  1792: 'complex numbers of 128 bits',
  2048: 'complex numbers of 256 bits',
  2304: 'RGBA colours',
};

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
    'resample the file to the grid of the first image of its case; where the extents agree and only the header is wrong, copy the header of the image',
  );
}

export function notFinite(
  file: string,
  value: number,
  voxel: readonly number[],
  count: number,
): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_NOT_FINITE',
    file,
    count === 1 ? 'an intensity is no finite number' : `${count} intensities are no finite numbers`,
    'finite numbers within the range of float32 alone',
    `${value} at voxel [${voxel.join(', ')}], in the file's own axes, from 0`,
    'write the value of the background there; NaN is often what lies outside of the scanned field',
  );
}

export function labelNotWhole(
  file: string,
  value: number,
  voxel: readonly number[],
): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_LABEL_NOT_WHOLE',
    file,
    'the mask holds a value that is no whole number',
    'whole numbers, each of a class',
    `${value} at voxel [${voxel.join(', ')}], in the file's own axes, from 0`,
    'write labels instead of probabilities; if the mask has been resampled, resample it again by nearest neighbour',
  );
}

export function maskOfChannels(file: string, dimensions: readonly number[]): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_MASK_CHANNELS',
    file,
    'the mask has more than one channel',
    'one volume of label values: three axes, or a fourth of extent 1',
    dimensions.join('x'),
    'write one label map whose values are the classes; structures that overlap cannot be told apart in it',
  );
}

export function otherChannels(
  file: string,
  got: number,
  expected: number,
  told: string | undefined,
): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_CHANNELS',
    file,
    `the case has another number of channels than ${told === undefined ? 'the first one' : `${told} names`}`,
    String(expected),
    String(got),
    `give every case the same channels${told === undefined ? '' : ', or mend the names in dataset.json'}`,
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

export function nameOutside(name: string): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_NAME_OUTSIDE',
    name,
    'a file of this name would be written outside of the folder of predictions',
    'names of classes and cases without .. in them, and without / at their beginning',
    JSON.stringify(name),
    'rename the class in data.with.classes or dataset.json, or the case',
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

/** A place in dataset.json that is wrong. */
export interface DatasetProblem {
  readonly key: string;
  readonly expected: string;
  readonly got: unknown;
}

export function wrongDatasetJson(file: string, problems: readonly DatasetProblem[]): RaremaskError {
  const lines = problems.map(({ key, expected, got }) => {
    const shown = got === undefined ? 'nothing' : short(JSON.stringify(got));
    return `${key}: expected ${expected}, got ${shown}`;
  });
  return dataError(
    'RAREMASK_VOLUMES_DATASET_JSON',
    file,
    problems.length === 1 ? 'it has a mistake' : `it has ${problems.length} mistakes`,
    'the dataset.json of nnU-Net (channel_names, labels, file_ending, numTraining) or of the Medical Segmentation Decathlon (modality, labels, training)',
    lines.join('\n  '),
    'mend the file, or give data.with.classes, images and masks instead of it',
  );
}

function short(text: string): string {
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

export function notJson(file: string, cause: unknown): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_DATASET_JSON',
    file,
    'it is no JSON',
    'the dataset.json of nnU-Net or of the Medical Segmentation Decathlon',
    cause instanceof Error ? cause.message : String(cause),
    'mend the file, or give data.with.classes, images and masks instead of it',
  );
}

export function overlappingRegions(
  file: string,
  regions: readonly (readonly [string, unknown])[],
): RaremaskError {
  const [name] = regions[0]!;
  return dataError(
    'RAREMASK_VOLUMES_REGIONS',
    file,
    'labels describes regions that overlap, which are not trained on',
    'one value for each class',
    regions.map(([key, values]) => `labels.${key}: ${JSON.stringify(values)}`).join(', '),
    `train on the values themselves: give data.with.classes with a name for each, and images and masks; ${name} is then where the prediction has one of its values`,
  );
}

export function otherCount(file: string, expected: number, got: number): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_COUNT',
    file,
    'numTraining is not the number of cases in imagesTr and labelsTr',
    `${expected} cases`,
    `${got} cases`,
    'fetch the files that are missing, or mend numTraining',
  );
}

export function noClasses(root: string): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_NO_CLASSES',
    root,
    'data.with.classes is left out, and no dataset.json in this folder tells the classes',
    'a dataset.json of nnU-Net or of the Medical Segmentation Decathlon, or data.with.classes',
    undefined,
    'mend data.with.root, or give classes, as in { background: 0, lesion: 1 }, images and masks',
  );
}

export function missingFiles(files: readonly string[], cases: number): RaremaskError {
  const shown = files.slice(0, 5).join(', ');
  const more = files.length > 5 ? `, and ${files.length - 5} more` : '';
  return dataError(
    'RAREMASK_VOLUMES_MISSING',
    files[0]!,
    files.length === 1
      ? 'a file of a case is missing'
      : `${files.length} files of cases are missing`,
    `an image of every channel and a label map for each of the ${cases} cases`,
    `no ${shown}${more}`,
    'fetch the files, take their cases out of the folder or of dataset.json, or mend the patterns in data.with',
  );
}

export function tooFine(
  file: string,
  from: readonly number[],
  to: readonly number[],
  limit: number,
): RaremaskError {
  return dataError(
    'RAREMASK_VOLUMES_TOO_FINE',
    file,
    `data.with.spacing makes too many voxels of its ${from.join('x')} (z, y, x)`,
    `at most ${limit}`,
    to.join('x'),
    'give a larger spacing, in millimetres and in the order z, y, x; or mend the size of voxels in the header',
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

export function severalUnusable(
  folder: string,
  errors: readonly RaremaskError[],
  cases: number,
): RaremaskError {
  const shown = errors.slice(0, 10).map(({ code, message }) => `${code} ${message}`);
  if (errors.length > 10) shown.push(`and ${errors.length - 10} more`);
  return dataError(
    'RAREMASK_VOLUMES_SEVERAL_UNUSABLE',
    folder,
    `${errors.length} of ${cases} cases cannot be used`,
    'images that can be read, all with the same channels',
    `\n  ${shown.join('\n  ')}`,
    'mend each as it says, or take its case out of the folder',
  );
}
