import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { EXCHANGE, trace } from '../src/index.ts';
import { kernels } from '../src/kernels/index.ts';
import { convolutionCases } from './cases/convolution.ts';
import { elementwiseCases } from './cases/elementwise.ts';
import { poolingCases } from './cases/pooling.ts';
import { productCases } from './cases/products.ts';
import { reductionCases } from './cases/reductions.ts';
import { shapeCases } from './cases/shapes.ts';

const cases = [
  ...elementwiseCases,
  ...reductionCases,
  ...shapeCases,
  ...productCases,
  ...convolutionCases,
  ...poolingCases,
];

/** Answered with constants while recording, so that no node is left of them. */
const CONSTANT = ['Fill', 'LinSpace', 'OnesLike', 'Range', 'ZerosLike'];

/** Made by a pass, of what tfjs tiles. */
const OF_PASSES = ['BroadcastTo'];

/** But for the one that is ours, where graphs are cut: segments.test.ts has it. */
const ofTable = Object.keys(kernels).filter((kernel) => kernel !== EXCHANGE);

it('every kernel in the table is compared with eager by at least one case', async () => {
  await tf.setBackend('cpu');
  const compared = new Set([...CONSTANT, ...OF_PASSES]);
  for (const { inputs, run } of cases) {
    const { graph } = await trace(inputs, (tensors) => [run(...tensors)].flat());
    for (const { kernel } of graph.nodes) compared.add(kernel);
  }
  expect(ofTable.filter((kernel) => !compared.has(kernel))).toEqual([]);
});

it('every kernel in the table is one of tfjs, under its name there', () => {
  const ofTfjs = tf.getKernelsForBackend('cpu').map(({ kernelName }) => kernelName);
  const known = new Set([...ofTfjs, ...OF_PASSES]);
  expect(ofTable.filter((kernel) => !known.has(kernel))).toEqual([]);
});

it("the README's list of kernels is the table's", () => {
  const text = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');
  const list = text.split('<!-- kernels:begin -->')[1]!.split('<!-- kernels:end -->')[0]!;
  const named = [...list.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  expect(named).toEqual(ofTable.toSorted());
});
