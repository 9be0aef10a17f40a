import { tf } from '@raremask/tfjs';
import { type Attributes, elementsOf, type Value, written } from '../graph.ts';
import { kernels } from '../kernels/index.ts';

/** Runs one kernel on constants, with tfjs's plain JavaScript. */
export function evaluate(
  kernel: string,
  inputs: readonly Value[],
  attributes: Attributes,
  outputs: readonly Value[],
): Value[] {
  const backend = tf.findBackend('cpu') as tf.KernelBackend & { firstUse: boolean };
  // Else its first write in Node prints an advertisement.
  backend.firstUse = false;
  const required = kernels[kernel]!.inputs;
  const names = (attributes['given'] as readonly string[] | undefined) ?? required;
  const infos = inputs.map((input, index): [string, tf.TensorInfo] => [
    names === 'list' ? String(index) : names[index]!,
    {
      dataId: backend.write(written(input), [...input.shape], input.type) as tf.DataId,
      shape: [...input.shape],
      dtype: input.type,
    },
  ]);
  const named = Object.fromEntries(infos);
  const made = tf.getKernel(kernel, 'cpu').kernelFunc({
    inputs: names === 'list' ? (Object.values(named) as unknown as tf.NamedTensorInfoMap) : named,
    backend,
    attrs: attributes as tf.NamedAttrMap,
  });
  const results = Array.isArray(made) ? made : [made];
  try {
    return outputs.map((output, index) => ({
      ...output,
      constant: elementsOf(
        output.type,
        backend.readSync(results[index]!.dataId) as ArrayLike<number>,
      ).slice(),
    }));
  } finally {
    for (const { dataId } of [...results, ...infos.map(([, info]) => info)]) {
      backend.disposeData(dataId, true);
    }
  }
}
