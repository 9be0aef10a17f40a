import { tf } from '@raremask/tfjs';
import { OWN, type Owned } from '../ownMark.ts';
import { ofOwnRank, type Strided } from './strided.ts';

/** tfjs's backend in plain JavaScript, as far as it is needed here. */
interface CpuBackend extends tf.KernelBackend {
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: tf.BackendValues): tf.TensorInfo;
  disposeIntermediateTensorInfo(info: tf.TensorInfo): void;
}

type Call = Parameters<tf.KernelFunc>[0];

/** Kernels of tfjs that compute wrongly, by backend: what is computed instead, with the stock one in hand. */
const WRONG = {
  cpu: { TensorScatterUpdate: intoACopy, StridedSlice: withAxesKept },
  wasm: { StridedSlice: withAxesKept },
} as const satisfies Readonly<
  Record<string, Readonly<Record<string, (stock: tf.KernelFunc, call: Call) => tf.TensorInfo>>>
>;

const mended = new Set<string>();

/** Mends the kernels of the backends that are loaded by now; the others', where it is called again. */
export function rightKernels(): void {
  for (const [backendName, kernels] of Object.entries(WRONG)) {
    if (mended.has(backendName)) continue;
    for (const [kernelName, right] of Object.entries(kernels)) {
      const config = tf.getKernel(kernelName, backendName);
      if (config === undefined) continue;
      const { kernelFunc: stock } = config;
      tf.unregisterKernel(kernelName, backendName);
      const mending: Parameters<typeof tf.registerKernel>[0] & Owned = {
        ...config,
        [OWN]: true,
        kernelFunc: (call: Call) => right(stock, call),
      };
      tf.registerKernel(mending);
      mended.add(backendName);
    }
  }
}

/** tfjs writes the updates into the tensor that it was given, too. */
function intoACopy(stock: tf.KernelFunc, { inputs, backend, attrs }: Call): tf.TensorInfo {
  const cpu = backend as CpuBackend;
  const { tensor } = inputs as { readonly tensor: tf.TensorInfo };
  const values = (cpu.readSync(tensor.dataId) as Float32Array).slice();
  const copy = cpu.makeTensorInfo(tensor.shape, tensor.dtype, values);
  try {
    return stock({
      inputs: { ...inputs, tensor: copy } as tf.NamedTensorInfoMap,
      backend: cpu,
      ...(attrs && { attrs }),
    }) as tf.TensorInfo;
  } finally {
    cpu.disposeIntermediateTensorInfo(copy);
  }
}

/** Where axes are to vanish or to appear, tfjs reads along the wrong ones: they are dropped afterwards. */
function withAxesKept(stock: tf.KernelFunc, { inputs, backend, attrs }: Call): tf.TensorInfo {
  const call = attrs as unknown as Strided;
  if (!call.shrinkAxisMask && !call.newAxisMask) {
    return stock({ inputs, backend, ...(attrs && { attrs }) }) as tf.TensorInfo;
  }
  const { x } = inputs as { readonly x: tf.TensorInfo };
  const { attributes, finalShape } = ofOwnRank(x.shape, call);
  const cut = stock({ inputs, backend, attrs: { ...attributes } }) as tf.TensorInfo;
  return { ...cut, shape: finalShape };
}
