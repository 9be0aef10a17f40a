/** The parts of an ONNX graph that the compiler writes, named as in ONNX. */
export interface OnnxGraph {
  readonly name: string;
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxConstant[];
}

export interface OnnxModel extends OnnxGraph {
  /** Free text by key, for whoever reads the file. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface OnnxPort {
  readonly name: string;
  readonly type: number;
  /** Extents; a string is the name of an extent that varies. */
  readonly shape: readonly (number | string)[];
}

export interface OnnxNode {
  /** `domain.Operator` outside the standard. */
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<
    Record<
      string,
      | number
      | readonly number[]
      | string
      | { readonly float: number }
      | { readonly graph: OnnxGraph }
    >
  >;
}

export interface OnnxConstant {
  readonly name: string;
  readonly type: number;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}
