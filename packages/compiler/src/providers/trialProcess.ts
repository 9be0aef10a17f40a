import { argv, stdout } from 'node:process';
import { ONNX_TYPES } from '../kernels/kernel.ts';
import { encode } from '../onnx/encode.ts';
import { withHalfProducts } from '../passes/halfProducts.ts';
import { type GpuPrecision, type GpuProviderName, gpuProvider } from './provider.ts';

/**
 * Run as a process of its own, so that a driver that crashes takes nothing with it: one product of matrices
 * on the provider that the first argument names, in the precision of the second. Prints the largest error of its
 * results, relative to the largest of them.
 */
const SIDE = 64;
const [name, precision] = argv.slice(2) as [GpuProviderName, GpuPrecision];
const port = (of: string) => ({ name: of, type: ONNX_TYPES.float32, shape: [SIDE, SIDE] });
const module = await import('onnxruntime-node');
const runtime = (module.default ?? module) as typeof module;
// The reason for which a library does not load is in the log alone.
runtime.env.logLevel = 'error';
const whole = {
  name: 'trial',
  inputs: [port('x')],
  outputs: [port('y')],
  nodes: [{ operator: 'MatMul', inputs: ['x', 'x'], outputs: ['y'], attributes: {} }],
  initializers: [],
  metadata: {},
};
const model = precision === 'float16' ? withHalfProducts(whole, new Set(['y']), false) : whole;
const session = await runtime.InferenceSession.create(encode(model), {
  executionProviders: [gpuProvider(name).execution],
  // Without this, what a provider cannot run would silently run on the processor.
  extra: { session: { disable_cpu_ep_fallback: '1' } },
  logSeverityLevel: 4,
});
// Row i is full of i/64 and a little more, which 11 bits have no place for; an element of the product is that times
// the sum of all rows' numbers.
const row = (at: number) => (at / SIDE) * (1 + 2 ** -13);
const x = Float32Array.from({ length: SIDE * SIDE }, (_, at) => row(Math.floor(at / SIDE)));
const { y } = await session.run({ x: new runtime.Tensor('float32', x, [SIDE, SIDE]) });
const sum = x.reduce((all, number) => all + number, 0) / SIDE;
const most = row(SIDE - 1) * sum;
const wrong = Array.from(y!.data as Float32Array, (value, at) =>
  Math.abs(value - row(Math.floor(at / SIDE)) * sum),
);
const error = wrong.reduce((largest, one) => Math.max(largest, one), 0) / most;
// JSON has nothing for what is no number.
stdout.write(`${JSON.stringify({ error: Number.isFinite(error) ? error : Number.MAX_VALUE })}\n`);
