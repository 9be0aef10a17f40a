/**
 * The gradients of one training step of the U-Net, in this process: one JSON line with the loss and, for each weight,
 * its gradient. Usage: node gradients.js REQUEST, which is JSON.
 */

import { initialState, openRunner, type RunEvent } from '@raremask/engine';
import { networkOf, noise, type Shape } from '../speed/network.ts';
import { type Computing, opened } from '../speed/opened.ts';

const request = JSON.parse(process.argv[2]!) as Computing & Shape;
const { batch, size, precision } = request;
const { compute, device } = await opened(request);
const program = {
  ...(await networkOf(request)),
  accumulate: true,
  scaled: precision === 'float16',
};

/** What falls back would be held against itself. */
function note(event: RunEvent): void {
  if (event.type === 'note' && event.level === 'warn') throw new Error(event.text);
}

const runner = openRunner(compute, program, initialState(program), note);
const { loss } = await runner.step({
  ...{ count: batch, size, ...noise(batch, size, 1) },
  ...{ learningRate: 0, numbers: {} },
  termWeights: program.losses.map(() => 1),
  ...(program.scaled && { lossScale: 1024 }),
  gathering: { share: 1, first: true, last: false },
  uniform: (into) => into.fill(1),
});
const { gathered } = await runner.state();
await runner.dispose();
const gradients = gathered.map((values, index) => ({
  name: program.model.weights[index]!.name,
  values: [...values],
}));
// A pipe takes so much in pieces.
process.stdout.write(`${JSON.stringify({ device, loss, gradients })}\n`, () => process.exit(0));
