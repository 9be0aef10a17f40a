import { readNifti, readNiftiHeader } from './nifti.ts';
import type { Header, Volume } from './volume.ts';

/** Names of files that hold a volume. */
export const READABLE = /\.nii(\.gz)?$/i;

/** Reads no more of a file than its grid needs, where its kind allows it. */
export async function readHeader(file: string): Promise<Header> {
  return readNiftiHeader(file);
}

export async function readVolume(file: string): Promise<Volume> {
  return readNifti(file);
}
