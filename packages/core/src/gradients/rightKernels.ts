import * as tf from '@tensorflow/tfjs';

/** tfjs's backend in plain JavaScript, as far as it is needed here. */
interface CpuBackend extends tf.KernelBackend {
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: tf.BackendValues): tf.TensorInfo;
  disposeIntermediateTensorInfo(info: tf.TensorInfo): void;
}

/** On the plain backend, tfjs writes the updates into the tensor that it was given, too. */
export function rightKernels(): void {
  const kernelName = 'TensorScatterUpdate';
  const stock = tf.getKernel(kernelName, 'cpu')?.kernelFunc;
  if (stock === undefined) return;
  tf.unregisterKernel(kernelName, 'cpu');
  tf.registerKernel({
    kernelName,
    backendName: 'cpu',
    kernelFunc: ({ inputs, backend, attrs }) => {
      const cpu = backend as CpuBackend;
      const { tensor } = inputs as { readonly tensor: tf.TensorInfo };
      const values = (cpu.readSync(tensor.dataId) as Float32Array).slice();
      const copy = cpu.makeTensorInfo(tensor.shape, tensor.dtype, values);
      try {
        return stock({
          inputs: { ...inputs, tensor: copy } as tf.NamedTensorInfoMap,
          backend: cpu,
          ...(attrs && { attrs }),
        });
      } finally {
        cpu.disposeIntermediateTensorInfo(copy);
      }
    },
  });
}
