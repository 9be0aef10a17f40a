import { prepareBackend } from '@raremask/backends';
import * as tf from '@tensorflow/tfjs';

await prepareBackend('wasm');
const b = tf.backend();
for (const [hw, ci, co] of [
  [128, 1, 16],
  [128, 16, 16],
  [128, 32, 16],
  [64, 32, 32],
  [64, 64, 32],
  [32, 64, 64],
  [16, 128, 128],
  [8, 256, 256],
  [8, 512, 256],
]) {
  const n = 4;
  const x = tf.randomUniform([n, hw, hw, ci], -1, 1, 'float32', 1),
    w = tf.randomUniform([3, 3, ci, co], -1, 1, 'float32', 2),
    dy = tf.randomUniform([n, hw, hw, co], -1, 1, 'float32', 3);
  const fl = 2 * 9 * ci * co * n * hw * hw;
  const K = (name, inputs, attrs) => () => {
    const r = tf.getKernel(name, 'wasm').kernelFunc({ inputs, attrs, backend: b });
    b.disposeData(r.dataId);
  };
  const A = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', dilations: [1, 1] };
  const res = [];
  for (const f of [
    K('Conv2D', { x, filter: w }, A),
    K('Conv2DBackpropInput', { dy, filter: w }, { ...A, inputShape: x.shape }),
    K('Conv2DBackpropFilter', { x, dy }, { ...A, filterShape: w.shape }),
  ]) {
    let best = 1e9;
    for (let i = 0; i < 8; i++) {
      const t = performance.now();
      f();
      best = Math.min(best, performance.now() - t);
    }
    res.push(`${best.toFixed(2)}ms ${(fl / best / 1e6).toFixed(1)}GF`);
  }
  console.log(hw, ci, co, res.join(' | '));
  tf.dispose([x, w, dy]);
}
