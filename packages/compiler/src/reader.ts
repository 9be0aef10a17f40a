import type { Port } from './compile.ts';
import type { Elements } from './graph.ts';
import { ONNX_TYPES } from './kernels/kernel.ts';
import { physicalShape } from './layout.ts';
import type { DeviceTensor } from './providers/device.ts';
import type { Runtime } from './runtime.ts';
import { ProfiledSession } from './session.ts';

/** Brings tensors from a device's memory into the processor's. */
export interface Reader {
  /** @returns elements of each, as they lie; the tensors stay the caller's @throws DeviceLost */
  read(tensors: readonly DeviceTensor[]): Promise<Elements[]>;
  dispose(): Promise<void>;
}

/** onnxruntime-node has no call that reads a buffer: a graph that does nothing brings it out. */
export async function openReader(runtime: Runtime, ports: readonly Port[]): Promise<Reader> {
  const port = (name: string) => (one: Port, index: number) => ({
    name: `${name}${index}`,
    type: ONNX_TYPES[one.type],
    shape: physicalShape(one.shape, one.layout),
  });
  const [inputs, outputs] = [ports.map(port('in')), ports.map(port('out'))];
  const session = await ProfiledSession.open(
    runtime,
    {
      name: 'reader',
      inputs,
      outputs,
      nodes: inputs.map(({ name }, index) => ({
        operator: 'Identity',
        inputs: [name],
        outputs: [outputs[index]!.name],
        attributes: {},
      })),
      initializers: [],
      metadata: {},
    },
    { threads: 1, optimize: 'extended' },
  );
  return {
    async read(tensors) {
      const feeds = Object.fromEntries(
        inputs.map(({ name }, index) => [name, tensors[index]!] as const),
      );
      const results = await session.run(feeds);
      return outputs.map(({ name }) => results[name]!.data as Elements);
    },
    dispose: () => session.release(),
  };
}
