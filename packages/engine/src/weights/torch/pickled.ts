/** The type of a storage's numbers. */
export type StorageKind =
  | 'Float'
  | 'Double'
  | 'Half'
  | 'BFloat16'
  | 'Long'
  | 'Int'
  | 'Short'
  | 'Char'
  | 'Byte'
  | 'Bool';

/** Numbers that several tensors may share; where they are is said by the file around the pickle. */
export interface Stored {
  readonly object: 'stored';
  readonly kind: StorageKind;
  readonly key: string;
  /** How many numbers. */
  readonly count: number;
}

/** A tensor: a part of a storage. */
export interface View {
  readonly object: 'view';
  readonly storage: Stored;
  readonly offset: number;
  readonly size: readonly number[];
  readonly strides: readonly number[];
}

/** What a pickle may name. */
export type PickledObject =
  | { readonly object: 'mapping' | 'tensor' | 'parameter' | 'size' }
  | { readonly object: 'storage'; readonly kind: StorageKind }
  | Stored
  | View;

export type PickledValue =
  | null
  | boolean
  | number
  | string
  | PickledObject
  | PickledValue[]
  | Map<PickledValue, PickledValue>;
