import { type Attributes, broadcastShape, type Value } from '../graph.ts';
import { rowMajor } from '../layout.ts';
import { convolutionKernels } from './convolution.ts';
import { depthwiseKernels } from './depthwise.ts';
import { type Kernel, type Kernels, type LowerCall, type Lowered, Unsupported } from './kernel.ts';
import { productKernels } from './products.ts';

const OPTIONAL = ['bias', 'preluActivationWeights'];

/** Which of the kernel's inputs were given, by name; only kernels with optional inputs are told. */
function placeOf(name: string, attributes: Attributes): number | undefined {
  const at = (attributes['given'] as readonly string[]).indexOf(name);
  return at < 0 ? undefined : at;
}

type Activate = (call: LowerCall, x: Lowered) => string;

const ACTIVATIONS: Readonly<Record<string, Activate>> = {
  linear: (_, { name }) => name,
  relu: (call, { name }) => call.emit('Relu', [name]),
  relu6: (call, { name }) => call.emit('Clip', [name, call.number(0), call.number(6)]),
  elu: (call, { name }) => call.emit('Elu', [name]),
  sigmoid: (call, { name }) => call.emit('Sigmoid', [name]),
  leakyrelu: (call, { name }) =>
    call.emit('LeakyRelu', [name], {
      alpha: { float: Number(call.attributes['leakyreluAlpha'] ?? 0) },
    }),
  prelu: (call, { name, layout }) => {
    const place = placeOf('preluActivationWeights', call.attributes)!;
    const slopes = call.spread(place, layout ?? rowMajor(call.outputs[0]!.shape.length));
    const negative = call.emit('Less', [name, call.number(0)]);
    return call.emit('Where', [negative, call.emit('Mul', [name, slopes]), name]);
  },
};

/** Another kernel, then a bias and an activation, as tfjs joins them for inference. */
function fused(kernel: Kernel): Kernel {
  return {
    inputs: kernel.inputs,
    optional: OPTIONAL,
    results(inputs, attributes) {
      const activation = String(attributes['activation'] ?? 'linear');
      if (!ACTIVATIONS[activation]) throw new Unsupported(`the activation ${activation}`);
      const result = kernel.results(inputs.slice(0, 2), attributes) as Value;
      const bias = placeOf('bias', attributes);
      if (bias === undefined) return result;
      return { ...result, shape: broadcastShape(result.shape, inputs[bias]!.shape) };
    },
    lower(call) {
      let made = kernel.lower(call) as Lowered;
      const bias = placeOf('bias', call.attributes);
      if (bias !== undefined) {
        const layout = made.layout ?? rowMajor(call.outputs[0]!.shape.length);
        made = { name: call.emit('Add', [made.name, call.spread(bias, layout)]), layout };
      }
      const activate = ACTIVATIONS[String(call.attributes['activation'] ?? 'linear')]!;
      return { ...made, name: activate(call, made) };
    },
  };
}

export const fusedKernels: Kernels = {
  FusedConv2D: fused(convolutionKernels['Conv2D']!),
  FusedDepthwiseConv2D: fused(depthwiseKernels['DepthwiseConv2dNative']!),
  _FusedMatMul: fused(productKernels['BatchMatMul']!),
  FusedBatchNorm: {
    inputs: ['x', 'mean', 'variance'],
    optional: ['offset', 'scale'],
    results: ([x]) => ({ shape: x!.shape, type: x!.type }),
    lower(call) {
      const layout = call.layout(0);
      const [x, mean, variance] = [0, 1, 2].map((index) => call.spread(index, layout)) as [
        string,
        string,
        string,
      ];
      const epsilon = call.number(Number(call.attributes['varianceEpsilon'] ?? 1e-3));
      const spread = call.emit('Sqrt', [call.emit('Add', [variance, epsilon])]);
      const scale = placeOf('scale', call.attributes);
      const factor =
        scale === undefined
          ? call.emit('Reciprocal', [spread])
          : call.emit('Div', [call.spread(scale, layout), spread]);
      const scaled = call.emit('Mul', [call.emit('Sub', [x, mean]), factor]);
      const offset = placeOf('offset', call.attributes);
      if (offset === undefined) return { name: scaled, layout };
      return { name: call.emit('Add', [scaled, call.spread(offset, layout)]), layout };
    },
  },
};
