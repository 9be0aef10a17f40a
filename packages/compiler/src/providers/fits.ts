import { ONNX_TYPES } from '../kernels/kernel.ts';
import type { Runtime } from '../runtime.ts';
import { ProfiledSession } from '../session.ts';

/** Bytes of one buffer that every WebGPU device has room for, in one piece that a shader reads. */
const GUARANTEED = 2 ** 27;

/**
 * Whether a GPU takes a tensor of so many bytes: devices differ in how large a buffer, and what a shader
 * sees of it, may be, and the runtime does not hand their limits on; so one is made, and read once.
 *
 * @returns what the device said, or undefined where it takes it
 */
export async function refusalOf(runtime: Runtime, bytes: number): Promise<string | undefined> {
  if (runtime.provider.name === 'cpu' || bytes <= GUARANTEED) return undefined;
  const elements = BigInt64Array.of(BigInt(Math.ceil(bytes / 4)));
  const session = await ProfiledSession.open(
    runtime,
    {
      name: 'trial of size',
      inputs: [{ name: 'x', type: ONNX_TYPES.float32, shape: [1] }],
      outputs: [{ name: 'y', type: ONNX_TYPES.float32, shape: [1] }],
      nodes: [
        { operator: 'Expand', inputs: ['x', 'size'], outputs: ['large'], attributes: {} },
        { operator: 'ReduceMax', inputs: ['large'], outputs: ['y'], attributes: { keepdims: 1 } },
      ],
      initializers: [
        {
          name: 'size',
          type: ONNX_TYPES.int64,
          shape: [1],
          bytes: new Uint8Array(elements.buffer),
        },
      ],
      metadata: {},
    },
    { threads: 1, optimize: 'extended' },
  );
  try {
    const x = new runtime.Tensor('float32', Float32Array.of(3), [1]);
    const { y } = await session.run({ x });
    const [found] = y!.data as Float32Array;
    return found === 3 ? undefined : `what was written into it reads as ${found}, not 3`;
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
  } finally {
    await session.release();
  }
}
