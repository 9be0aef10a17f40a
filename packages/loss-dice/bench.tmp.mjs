import { pathToFileURL } from 'node:url';
import { prepareBackend } from '@raremask/backends';
import { lossInput } from '@raremask/core/loss-input';
import * as tf from '@tensorflow/tfjs';

await prepareBackend('wasm');
const dice = (await import('./dist/index.js')).default,
  ce = (await import('../loss-ce/dist/index.js')).default;
const C = +process.argv[2] || 2,
  N = +process.argv[3] || 4,
  H = +process.argv[4] || 128;
const facts = {
  space: 2,
  channels: 1,
  overlapping: false,
  classes: Array.from({ length: C }, (_, i) => ({ name: 'c' + i, value: i })),
};
const mk = async (p, o) => {
  const r = await p.options['~standard'].validate(o);
  return p.create(r.value, {
    facts,
    census: () => {
      throw 1;
    },
  });
};
const x = tf.randomNormal([N, H, H, C], 0, 1, 'float32', 1),
  t = tf.oneHot(tf.randomUniform([N, H, H], 0, C, 'int32', 2), C).toFloat(),
  w = tf.ones([N, H, H, 1]);
const time = (name, f) => {
  const run = () =>
    tf.tidy(() => {
      const g = tf.grad((s) => tf.mean(f(lossInput(facts, s, t, w))))(x);
      g.dataSync();
    });
  run();
  run();
  const a = performance.now();
  for (let i = 0; i < 5; i++) run();
  console.log(name, ((performance.now() - a) / 5).toFixed(1), 'ms');
};
const d = await mk(dice, {}),
  dn = await mk(dice, { empty: 'ignore' }),
  c = await mk(ce, {}),
  cw = await mk(ce, { classWeights: { c1: 3 } });
time('softmax only', (i) => tf.sum(i.probabilities));
time('dice', d);
time('dice ignore', dn);
time('ce', c);
time('ce weighted', cw);
time('both', (i) => tf.add(d(i), c(i)));
time('both ignore', (i) => tf.add(dn(i), c(i)));
const p = await tf.profile(() => {
  tf.tidy(() => {
    tf.grad((s) => tf.mean(dn(lossInput(facts, s, t, w))))(x);
  });
  return [];
});
const by = {};
for (const k of p.kernels) {
  const key = k.name + ' ' + k.inputShapes.map((s) => '[' + s + ']').join('');
  by[key] = by[key] || [0, 0];
  by[key][0]++;
  by[key][1] += await k.kernelTimeMs;
}
console.log(
  Object.entries(by)
    .filter(([, v]) => v[1] > 0.3)
    .sort((a, b) => b[1][1] - a[1][1])
    .slice(0, 14)
    .map(([k, v]) => k + ' x' + v[0] + ' ' + v[1].toFixed(2))
    .join('\n'),
);
