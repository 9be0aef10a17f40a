/** Three rows of four: voxel [i, j, k, 1] to millimetres in RAS+. */
export type Affine = readonly (readonly [number, number, number, number])[];

/** Where the voxels of a file lie. */
export interface Header {
  /** Voxels along i, j and k. */
  readonly extent: readonly [number, number, number];
  readonly channels: number;
  readonly affine: Affine;
  /** What the file says otherwise in a second place, as in "x the other way". */
  readonly contradiction?: string;
  /** The header of a NIfTI file as it stands there, for files that are written on its grid. */
  readonly nifti?: { readonly bytes: Uint8Array; readonly littleEndian: boolean };
}

export type Values =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

export interface Volume {
  readonly header: Header;
  /** i fastest, then j, k and the channel; as the file means them, with its scaling. */
  readonly values: Values;
  /** Of a DICOM segmentation: what its file calls each value. It covers a part of the image's slices. */
  readonly segments?: ReadonlyMap<number, string>;
}
