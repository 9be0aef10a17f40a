import { stat } from 'node:fs/promises';
import { readSeries, readSeriesHeader } from './dicom.ts';
import { filesIn } from './dicomFolder.ts';
import { isDicomFile, isSegmentation, readSegmentation } from './dicomSegmentation.ts';
import { cannotRead } from './errors.ts';
import { readItk, readItkHeader } from './itk.ts';
import { readNifti, readNiftiHeader } from './nifti.ts';
import type { Header, Volume } from './volume.ts';

/** Names of files that hold a volume; a DICOM series is a folder of any name. */
export const READABLE = /\.(nii(\.gz)?|nrrd|nhdr|mha|mhd)$/i;

const ITK = /\.(nrrd|nhdr|mha|mhd)$/i;

/** Reads no more of a file than its grid needs, where its kind allows it. */
export async function readHeader(path: string): Promise<Header> {
  if (await isFolder(path)) return readSeriesHeader(path);
  return ITK.test(path) ? readItkHeader(path) : readNiftiHeader(path);
}

export async function readVolume(path: string): Promise<Volume> {
  if (await isFolder(path)) {
    const [only, ...others] = await filesIn(path);
    const segmentation = only !== undefined && others.length === 0 && (await isSegmentation(only));
    return segmentation ? readSegmentation(only) : readSeries(path);
  }
  if (!READABLE.test(path) && (await isDicomFile(path))) return readSegmentation(path);
  return ITK.test(path) ? readItk(path) : readNifti(path);
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: unknown) => {
    throw cannotRead(path, error);
  });
  return found.isDirectory();
}
