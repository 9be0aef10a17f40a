import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import {
  DeviceLost,
  type Ended,
  type GpuPrecision,
  graphOf,
  isDeviceLost,
  loadRuntime,
  lower,
  openGpu,
  saidOf,
} from '../src/index.ts';
import type { OnnxNode } from '../src/onnx/model.ts';
import { adapterInLoaderLog, adapterOfNvidia, adapterOfSystem } from '../src/providers/adapter.ts';
import { placementIn } from '../src/providers/placement.ts';
import { gpuProvider } from '../src/providers/provider.ts';

describe('who ran what', () => {
  const node = (index: number, operator: string, provider: string) => ({
    cat: 'Node',
    name: `${operator}_${index}_kernel_time`,
    args: { provider, op_name: operator, node_index: String(index) },
  });
  const profile = JSON.stringify([
    { cat: 'Session', name: 'model_run', args: {} },
    node(0, 'Conv', 'WebGpuExecutionProvider'),
    node(1, 'MemcpyToHost', 'WebGpuExecutionProvider'),
    node(2, 'Det', 'CPUExecutionProvider'),
    node(3, 'TopK', 'CPUExecutionProvider'),
    node(4, 'TopK', 'CPUExecutionProvider'),
    // The second run of a node is not a second node.
    node(2, 'Det', 'CPUExecutionProvider'),
  ]);

  test('is counted by operator, the most frequent first', () => {
    expect(placementIn(profile)).toEqual({
      own: 1,
      elsewhere: [
        { operator: 'TopK', count: 2 },
        { operator: 'Det', count: 1 },
      ],
      copies: 1,
    });
    expect(saidOf(placementIn(profile))).toBe(
      '3 of 4 operators run on the processor instead of the GPU (TopK x2, Det x1), with 1 copies between the two in each run',
    );
  });

  test('counts nodes of a graph inside another one, which are numbered anew', () => {
    const inner = { ...node(0, 'TopK', 'CPUExecutionProvider'), name: 'TopK_9_kernel_time' };
    const events = [node(0, 'Scan', 'CUDAExecutionProvider'), inner, inner];
    expect(placementIn(JSON.stringify(events))).toEqual({
      own: 1,
      elsewhere: [{ operator: 'TopK', count: 1 }],
      copies: 0,
    });
  });

  test('is said only where the processor computes something', () => {
    expect(saidOf({ own: 3, elsewhere: [], copies: 0 })).toBeUndefined();
  });
});

describe('a lost device', () => {
  test.each([
    'WebGPU device lost (1): A valid external Instance reference no longer exists.',
    'vkQueueSubmit failed with VK_ERROR_DEVICE_LOST',
    'CUDA failure 719: unspecified launch failure ; GPU=0',
    'CUDNN failure: an illegal memory access was encountered',
  ])('is told from what the libraries say: %s', (said) => {
    expect(isDeviceLost(new Error(said))).toBe(true);
    expect(new DeviceLost(new Error(said)).code).toBe('RAREMASK_DEVICE_LOST');
  });

  test.each([
    'CUDA failure 2: out of memory ; GPU=0',
    'Non-zero status code returned while running Split node.',
    'vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY',
  ])('is not seen in another failure: %s', (said) => {
    expect(isDeviceLost(new Error(said))).toBe(false);
  });
});

describe('the name of a GPU', () => {
  test('is that of the device that the Vulkan loader used last', () => {
    const log = `LAYER: Using "llvmpipe (LLVM 15)" with driver: "/usr/lib/libvulkan_lvp.so"
DRIVER | LAYER:          Using "NVIDIA H100 80GB HBM3" with driver: "libGLX_nvidia.so.0"`;
    const found = { name: 'NVIDIA H100 80GB HBM3', driver: 'libGLX_nvidia.so.0', software: false };
    expect(adapterInLoaderLog(log)).toEqual(found);
  });

  test('is the first of the list, where the loader is older', () => {
    const log = 'INFO:  Sorted order:\nINFO:           [0] SwiftShader Device (Subzero)  \n';
    expect(adapterInLoaderLog(log)).toEqual({
      name: 'SwiftShader Device (Subzero)',
      software: true,
    });
    expect(adapterInLoaderLog('nothing of the kind')).toBeUndefined();
  });

  test('comes from the system where no loader says it', () => {
    const mac = () => '{ "SPDisplaysDataType": [{ "sppci_model": "Apple M3 Max" }] }';
    expect(adapterOfSystem('darwin', mac)?.name).toBe('Apple M3 Max');
    expect(adapterOfSystem('win32', () => 'Microsoft Basic Render Driver\r\n')).toEqual({
      name: 'Microsoft Basic Render Driver',
      driver: 'Direct3D 12',
      software: true,
    });
    expect(adapterOfSystem('linux', mac)).toBeUndefined();
    const nvidia = () => 'NVIDIA H200, 570.86.15\nNVIDIA H200, 570.86.15\n';
    expect(adapterOfNvidia(nvidia)).toEqual({
      name: 'NVIDIA H200',
      driver: 'driver 570.86.15',
      software: false,
    });
    expect(adapterOfNvidia(() => undefined)).toBeUndefined();
  });
});

describe('trying a GPU', async () => {
  const outcome = await loadRuntime();
  const ended = (part: Partial<Ended>) => (): Ended => ({
    status: 0,
    signal: null,
    stdout: '{"error":0}\n',
    stderr: 'Using "NVIDIA L4" with driver: "libGLX_nvidia.so.0"',
    ...part,
  });
  const tried = (part: Partial<Ended>, precision?: GpuPrecision) => {
    if (outcome.state !== 'ok') throw new Error(outcome.detail);
    return openGpu(outcome.runtime, 'webgpu', { ...(precision && { precision }) }, ended(part));
  };

  test.skipIf(outcome.state !== 'ok').each([
    [{ status: null, signal: 'SIGSEGV' }, 'broken', 'crashed the process that tried (SIGSEGV)'],
    [{ stdout: '{"error":12.5}' }, 'broken', 'wrong by 12.5'],
    [
      { status: 1, stderr: 'at x\nError: Failed to get a WebGPU adapter: No supported adapters\n' },
      'absent',
      'Failed to get a WebGPU adapter: No supported adapters',
    ],
    [
      {
        status: 1,
        stderr:
          'Failed to load library libonnxruntime_providers_cuda.so with error: libcublasLt.so.13: cannot open shared object file: No such file or directory\nError: Failed to load shared library',
      },
      'broken',
      'libcublasLt.so.13: cannot open shared object file: No such file or directory',
    ],
  ])('says what failed: %j', (part, state, detail) => {
    const found = tried(part);
    expect(found.state).toBe(state);
    expect(found.state !== 'ok' && found.detail).toContain(detail);
  });

  test.skipIf(outcome.state !== 'ok')('gives the runtime on it, and its name', () => {
    const found = tried({});
    expect(found.state === 'ok' && found.runtime.provider.name).toBe('webgpu');
    expect(found.state === 'ok' && found.adapter.name).toBe('NVIDIA L4');
  });

  // Numbers of 24 bits, rounded to 11, are 2^-12 apart at most; that is no error where it was asked for.
  test.skipIf(outcome.state !== 'ok').each([
    ['float32', 1e-7, 'ok', false],
    ['float32', 2.4e-4, 'broken', undefined],
    ['tf32', 2.4e-4, 'ok', true],
    ['tf32', 1e-7, 'ok', false],
    ['float16', 7e-4, 'ok', true],
    ['float16', 0.01, 'broken', undefined],
  ] as const)(
    'takes a product in %s that is %d from the right one for %s',
    (precision, error, state, rounds) => {
      const found = tried({ stdout: JSON.stringify({ error }) }, precision);
      expect(found.state).toBe(state);
      expect(found.state === 'ok' ? found.rounds : undefined).toBe(rounds);
    },
  );

  test.skipIf(outcome.state !== 'ok')(
    "tells NVIDIA's libraries whether they may round, whatever the environment says",
    () => {
      if (outcome.state !== 'ok') return;
      const before = process.env.NVIDIA_TF32_OVERRIDE;
      try {
        process.env.NVIDIA_TF32_OVERRIDE = '1';
        openGpu(outcome.runtime, 'cuda', {}, ended({}));
        expect(process.env.NVIDIA_TF32_OVERRIDE).toBe('0');
        openGpu(outcome.runtime, 'cuda', { precision: 'tf32' }, ended({}));
        expect(process.env.NVIDIA_TF32_OVERRIDE).toBeUndefined();
        openGpu(outcome.runtime, 'cuda', { precision: 'float16' }, ended({}));
        expect(process.env.NVIDIA_TF32_OVERRIDE).toBe('0');
      } finally {
        if (before === undefined) delete process.env.NVIDIA_TF32_OVERRIDE;
        else process.env.NVIDIA_TF32_OVERRIDE = before;
      }
    },
  );
});

describe('what is lowered for WebGPU', () => {
  async function nodesFor(run: (x: tf.Tensor) => tf.Tensor[], shape: number[]) {
    const { graph } = await graphOf([{ shape, type: 'float32' }], ([x]) => run(x!));
    return lower(graph, { name: 'one', provider: gpuProvider('webgpu') }).model;
  }
  const widest = (nodes: readonly OnnxNode[]) =>
    Math.max(
      ...nodes
        .filter(({ operator }) => /^(Split|Concat|Sum)$/.test(operator))
        .map(({ inputs, outputs }) => Math.max(inputs.length, outputs.length)),
    );

  test('splits and joins at most 7 tensors at once, in the same order', async () => {
    const { nodes, initializers } = await nodesFor((x) => tf.split(x, 60), [60, 2]);
    expect(widest(nodes)).toBeLessThanOrEqual(7);
    // 60 is 7 parts of 9 but for the last; 9 is more than 7, and is split once more.
    const ofRoot = nodes.find(({ inputs }) => inputs[0] === 'in0')!;
    const sizes = initializers.find(({ name }) => name === ofRoot.inputs[1])!;
    const extents = Array.from(new BigInt64Array(sizes.bytes.slice().buffer), Number);
    expect(extents).toEqual([9, 9, 9, 9, 9, 9, 6]);
    const joined = await nodesFor(
      (x) => [tf.concat(Array.from({ length: 30 }, (_, i) => tf.add(x, i)))],
      [2, 2],
    );
    expect(widest(joined.nodes)).toBeLessThanOrEqual(7);
  });

  test('has no operators that only the processor has', async () => {
    const { nodes } = await nodesFor(
      (x) => [tf.matMul(x as tf.Tensor2D, x as tf.Tensor2D, true, false)],
      [4, 4],
    );
    expect(nodes.filter(({ operator }) => operator.includes('.'))).toEqual([]);
  });
});
