import { argv, stdout } from 'node:process';
import { encode } from '../onnx/encode.ts';
import { type GpuProviderName, gpuProvider } from './provider.ts';

/**
 * Run as a process of its own, so that a driver that crashes takes nothing with it: one product of matrices
 * on the provider that the first argument names. Prints the largest error of its results.
 */
const SIDE = 64;
const port = (name: string) => ({ name, type: 1, shape: [SIDE, SIDE] });
const module = await import('onnxruntime-node');
const runtime = (module.default ?? module) as typeof module;
// The reason for which a library does not load is in the log alone.
runtime.env.logLevel = 'error';
const model = encode({
  name: 'trial',
  inputs: [port('x')],
  outputs: [port('y')],
  nodes: [{ operator: 'MatMul', inputs: ['x', 'x'], outputs: ['y'], attributes: {} }],
  initializers: [],
  metadata: {},
});
const session = await runtime.InferenceSession.create(model, {
  executionProviders: [gpuProvider(argv[2] as GpuProviderName).execution],
  // Without this, what a provider cannot run would silently run on the processor.
  extra: { session: { disable_cpu_ep_fallback: '1' } },
  logSeverityLevel: 4,
});
// Row i is full of i, so that an element of the product is i times the sum of all rows' numbers.
const x = Float32Array.from({ length: SIDE * SIDE }, (_, at) => Math.floor(at / SIDE));
const { y } = await session.run({ x: new runtime.Tensor('float32', x, [SIDE, SIDE]) });
const sum = (SIDE * (SIDE - 1)) / 2;
const wrong = Array.from(y!.data as Float32Array, (value, at) =>
  Math.abs(value - Math.floor(at / SIDE) * sum),
);
stdout.write(`${JSON.stringify({ error: wrong.reduce((most, one) => Math.max(most, one), 0) })}\n`);
