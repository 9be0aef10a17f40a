import protobuf from 'protobufjs/light.js';
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxPort } from './model.ts';

/**
 * The part of ONNX's protocol buffers that is written, as [field, number, type, repeated]. The
 * encoder is protobufjs; generating code from the whole of onnx.proto would bring in a file of
 * others, and there is no package of it that is kept.
 */
const MESSAGES: Readonly<Record<string, readonly (readonly [string, number, string, true?])[]>> = {
  OperatorSet: [
    ['domain', 1, 'string'],
    ['version', 2, 'int64'],
  ],
  Entry: [
    ['key', 1, 'string'],
    ['value', 2, 'string'],
  ],
  Attribute: [
    ['name', 1, 'string'],
    ['f', 2, 'float'],
    ['i', 3, 'int64'],
    ['s', 4, 'bytes'],
    ['g', 6, 'Graph'],
    ['ints', 8, 'int64', true],
    ['type', 20, 'int32'],
  ],
  Tensor: [
    ['dims', 1, 'int64', true],
    ['dataType', 2, 'int32'],
    ['floatData', 4, 'float', true],
    ['name', 8, 'string'],
    ['rawData', 9, 'bytes'],
    ['external', 13, 'Entry', true],
  ],
  Extent: [
    ['value', 1, 'int64'],
    ['name', 2, 'string'],
  ],
  Shape: [['extents', 1, 'Extent', true]],
  TensorType: [
    ['elementType', 1, 'int32'],
    ['shape', 2, 'Shape'],
  ],
  Type: [['tensorType', 1, 'TensorType']],
  ValueInfo: [
    ['name', 1, 'string'],
    ['type', 2, 'Type'],
  ],
  Node: [
    ['input', 1, 'string', true],
    ['output', 2, 'string', true],
    ['name', 3, 'string'],
    ['operator', 4, 'string'],
    ['attribute', 5, 'Attribute', true],
    ['domain', 7, 'string'],
  ],
  Graph: [
    ['node', 1, 'Node', true],
    ['name', 2, 'string'],
    ['initializer', 5, 'Tensor', true],
    ['input', 11, 'ValueInfo', true],
    ['output', 12, 'ValueInfo', true],
  ],
  Model: [
    ['irVersion', 1, 'int64'],
    ['producer', 2, 'string'],
    ['graph', 7, 'Graph'],
    ['operatorSets', 8, 'OperatorSet', true],
    ['metadata', 14, 'Entry', true],
  ],
};

/** Numbers of ONNX's attribute types. */
const FLOAT = 1;
const INT = 2;
const STRING = 3;
const GRAPH = 5;
const INTS = 7;

/** The operators' version; onnxruntime 1.30 and all since 1.15 read it. */
const OPERATORS = 18;
const IR = 8;

const messages = schema();

function schema(): protobuf.Type {
  const root = new protobuf.Root();
  for (const [name, fields] of Object.entries(MESSAGES)) {
    const type = new protobuf.Type(name);
    for (const [field, number, kind, repeated] of fields) {
      type.add(new protobuf.Field(field, number, kind, repeated ? 'repeated' : undefined));
    }
    root.add(type);
  }
  return root.lookupType('Model');
}

/** The bytes of an .onnx file. */
export function encode(model: OnnxModel): Uint8Array {
  const domains = new Set(operatorsIn(model).map((operator) => domainOf(operator).domain));
  const message = {
    irVersion: IR,
    producer: 'raremask',
    graph: graphMessage(model),
    operatorSets: [
      { domain: '', version: OPERATORS },
      ...[...domains].filter((domain) => domain !== '').map((domain) => ({ domain, version: 1 })),
    ],
    metadata: Object.entries(model.metadata).map(([key, value]) => ({ key, value })),
  };
  return messages.encode(message).finish();
}

interface Decoded {
  readonly graph?: {
    readonly initializer?: readonly {
      readonly name: string;
      readonly dataType: number;
      readonly dims: readonly number[];
      readonly floatData: readonly number[];
      readonly rawData: Uint8Array;
      readonly external: readonly object[];
    }[];
  };
}

/**
 * The float32 constants of an .onnx file by name. Those of other types, and those whose values lie in
 * another file, are left out.
 *
 * @throws Error where the bytes are no protocol buffer
 */
export function initializersOf(
  bytes: Uint8Array,
): ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Float32Array }> {
  const { graph } = messages.toObject(messages.decode(bytes), {
    longs: Number,
    arrays: true,
    defaults: true,
  }) as Decoded;
  const floats = (graph?.initializer ?? []).flatMap(
    ({ name, dataType, dims, floatData, rawData, external }) => {
      if (dataType !== FLOAT || external.length > 0) return [];
      const values =
        floatData.length > 0
          ? Float32Array.from(floatData)
          : new Float32Array(Uint8Array.from(rawData).buffer);
      const size = dims.reduce((product, extent) => product * extent, 1);
      return values.length === size ? [[name, { shape: dims, values }] as const] : [];
    },
  );
  return new Map(floats);
}

function domainOf(operator: string): { domain: string; name: string } {
  const at = operator.lastIndexOf('.');
  return { domain: at < 0 ? '' : operator.slice(0, at), name: operator.slice(at + 1) };
}

/** Of a graph and those inside it. */
function operatorsIn({ nodes }: OnnxGraph): string[] {
  return nodes.flatMap(({ operator, attributes }) => [
    operator,
    ...Object.values(attributes).flatMap((value) =>
      typeof value === 'object' && 'graph' in value ? operatorsIn(value.graph) : [],
    ),
  ]);
}

function graphMessage({ name, nodes, initializers, inputs, outputs }: OnnxGraph): object {
  return {
    name,
    node: nodes.map(nodeMessage),
    initializer: initializers.map(({ name, type, shape, bytes }) => ({
      name,
      dataType: type,
      dims: shape,
      rawData: bytes,
    })),
    input: inputs.map(portMessage),
    output: outputs.map(portMessage),
  };
}

function nodeMessage({ operator, inputs, outputs, attributes }: OnnxNode, index: number): object {
  const { domain, name } = domainOf(operator);
  return {
    input: inputs,
    output: outputs,
    name: `${name}_${index}`,
    operator: name,
    domain,
    attribute: Object.entries(attributes).map(([key, value]) => {
      if (typeof value === 'number') return { name: key, type: INT, i: value };
      if (typeof value === 'string') {
        return { name: key, type: STRING, s: new TextEncoder().encode(value) };
      }
      if ('float' in value) return { name: key, type: FLOAT, f: value.float };
      if ('graph' in value) return { name: key, type: GRAPH, g: graphMessage(value.graph) };
      return { name: key, type: INTS, ints: value };
    }),
  };
}

function portMessage({ name, type, shape }: OnnxPort): object {
  const extents = shape.map((extent) =>
    typeof extent === 'number' ? { value: extent } : { name: extent },
  );
  return { name, type: { tensorType: { elementType: type, shape: { extents } } } };
}
