import { argv, stdout } from 'node:process';
import { prepareBackend } from '@raremask/backends';
import { initialState, openRunner } from '@raremask/engine';
import type { Proof, ProofRequest } from './proof.ts';
import { timedStep } from './timedStep.ts';

const { backend, folder } = JSON.parse(argv[2]!) as ProofRequest;

/** What one step takes off each weight: with a learning rate of 1, its gradient. */
async function gradients(): Promise<readonly Float32Array[]> {
  const { program, call } = timedStep();
  const state = initialState(program);
  const before = state.weights.map((weight) => weight.slice());
  const runner = openRunner(undefined, program, state, () => undefined);
  await runner.step({ ...call, learningRate: 1 });
  const { weights } = await runner.state();
  await runner.dispose();
  return weights.map((weight, index) => weight.map((value, at) => before[index]![at]! - value));
}

await prepareBackend('cpu');
const expected = await gradients();
const { reason } = await prepareBackend(backend, folder);
const found = await gradients();
const differences = expected.map((gradient, index) => {
  const scale = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const far = gradient.map((value, at) => Math.abs(value - found[index]![at]!) / scale);
  return far.every(Number.isFinite) ? Math.max(...far) : Number.MAX_VALUE;
});
const proof: Proof = { device: reason, difference: Math.max(...differences) };
stdout.write(`${JSON.stringify(proof)}\n`);
