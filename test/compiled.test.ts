import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareBackend } from '@raremask/backends';
import type { RuntimeOutcome } from '@raremask/compiler';
import type { Facts, Loss, UpdateCall } from '@raremask/core';
import * as services from '@raremask/core';
import { createHost, createRandom } from '@raremask/core/host';
import { loadManifest } from '@raremask/core/manifest';
import {
  type Inferred,
  initialState,
  openNetwork,
  openRunner,
  type RunEvent,
  type StateArrays,
  type StepCall,
  type StepProgram,
  type StepResult,
  stateLayout,
} from '@raremask/engine';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { further } from './further.ts';
import { isPlacement, testRuntime } from './testRuntime.ts';

const folder = import.meta.dirname;
const outcome: RuntimeOutcome = await testRuntime();
if (outcome.state !== 'ok') {
  console.warn(`skipped: onnxruntime-node does not load here (${outcome.detail})`);
}

/**
 * Least scale of a running statistic, whose values are about 1: behind a normalisation and a linear layer a
 * mean is 0 but for rounding.
 */
const STATISTIC = 0.01;

/** Relative to the largest number of a tensor; a GPU sums in another order than the processor. */
const TOLERANCE = process.env.RAREMASK_TEST_GPU === '1' ? 2e-5 : 1e-5;

function pluginsOf(name: string): string[] {
  const path = join(folder, '..', 'packages', name, 'package.json');
  const { raremask } = JSON.parse(readFileSync(path, 'utf8'));
  return Object.keys(raremask.plugins).map((subpath) => `@raremask/${name}${subpath.slice(1)}`);
}

interface Case {
  readonly set?: readonly string[];
  readonly size?: readonly number[];
  readonly batch?: number;
  readonly classes?: number;
  readonly overlapping?: boolean;
  readonly clip?: number;
  readonly outcomes?: boolean;
  readonly losses?: readonly Loss[];
}

interface Made {
  readonly program: StepProgram;
  readonly state: StateArrays;
  readonly call: (step: number) => StepCall;
}

/** A network with warm moments (so that Adam divides by no tiny numbers) and a batch for it. */
async function make(one: Case): Promise<Made> {
  const { size = [16, 16], batch = 2, classes = 2, overlapping = false } = one;
  const loaded = await loadManifest([join(folder, 'compiled.yaml')], { set: [...(one.set ?? [])] });
  const run = createHost().run({ seed: 3 });
  const facts: Facts = {
    space: size.length as 2 | 3,
    channels: 1,
    classes: Array.from({ length: classes }, (_, value) => ({ name: `class${value}`, value })),
    overlapping,
  };
  run.provide(services.facts, () => facts);
  run.provide(services.batchSize, () => batch);
  run.provide(services.census, () => async () => ({
    images: 10,
    emptyImages: 5,
    pixels: 1000,
    classes: facts.classes.map(({ name }, index) => {
      const pixels = index === 0 ? 900 : 100 / (classes - 1);
      return {
        name,
        pixels,
        share: pixels / 1000,
        images: index === 0 ? 10 : 5,
        structures: index === 0 ? 0 : 5,
        meanStructure: index === 0 ? 0 : pixels / 5,
      };
    }),
  }));
  const model = await run.make(loaded.plugins.model);
  const losses =
    one.losses ?? (await Promise.all(loaded.plugins.losses.map((loss) => run.make(loss))));
  const optimizer = await run.make(loaded.plugins.optimizer);
  const program: StepProgram = {
    facts,
    model,
    losses,
    optimizer,
    clip: one.clip ?? null,
    outcomes: one.outcomes ?? false,
    places: losses.map((_, index) => `loss[${index}] (mine)`),
  };
  const random = createRandom(5);
  const pixels = batch * size.reduce((product, extent) => product * extent, 1);
  const images = Float32Array.from({ length: pixels }, () => random.normal());
  const target = new Float32Array(pixels * classes);
  const weight = Float32Array.from({ length: pixels }, () => (random.next() < 0.05 ? 0 : 1));
  for (let pixel = 0; pixel < pixels; pixel++) {
    // Blocks of 4 pixels, so that there are structures; the first half of a batch is empty.
    const block = Math.floor(pixel / 4) % 7 === 0 && pixel > pixels / 3;
    const value = block ? 1 + (Math.floor(pixel / 28) % (classes - 1)) : 0;
    if (overlapping) target[pixel * classes + (value % classes)] = block ? 1 : 0;
    else target[pixel * classes + value] = 1;
  }
  const state: StateArrays = {
    ...initialState(program),
    slots: stateLayout(program).slots.map(({ name, shape }) =>
      Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, () =>
        name.startsWith('second') ? 0.01 + 0.01 * random.next() : 0.01 * random.normal(),
      ),
    ),
  };
  const numbers = createRandom(9);
  const dropped = Float32Array.from({ length: 1 << 16 }, () => numbers.next());
  return {
    program,
    state,
    call: (step) => ({
      count: batch,
      size,
      images,
      target,
      weight,
      learningRate: 1e-2,
      numbers: optimizer.numbers?.(step) ?? {},
      termWeights: losses.map((_, index) => 1 + index),
      uniform: (into) => into.set(dropped.subarray(0, into.length)),
    }),
  };
}

function differenceOf(found: ArrayLike<number>, expected: ArrayLike<number>, least = 0): number {
  let [most, scale] = [0, least];
  for (let index = 0; index < expected.length; index++) {
    most = Math.max(most, Math.abs(found[index]! - expected[index]!));
    scale = Math.max(scale, Math.abs(expected[index]!));
  }
  return scale === 0 ? most : most / scale;
}

function expectSame(found: StateArrays, expected: StateArrays): void {
  for (const kind of ['weights', 'buffers', 'slots', 'averages'] as const) {
    expect(found[kind].length).toBe(expected[kind].length);
    for (const [index, values] of expected[kind].entries()) {
      expect(found[kind][index]!.every(Number.isFinite), `${kind} ${index} is finite`).toBe(true);
      expect(
        differenceOf(found[kind][index]!, values, kind === 'buffers' ? STATISTIC : 0),
        `${kind} ${index} of ${values.length}`,
      ).toBeLessThan(TOLERANCE);
    }
  }
}

/** All numbers of what a network says. */
function saidBy({ logits, image }: Inferred): number[] {
  return [...logits, ...(image ?? [])];
}

/** One step compiled and one eager, of the same state and batch; gives what was said. */
async function compare(one: Case): Promise<string[]> {
  if (outcome.state !== 'ok') return [];
  const { program, state, call } = await make(one);
  const said: string[] = [];
  const note = (event: RunEvent) => {
    if (event.type === 'note' && !isPlacement(event.text)) said.push(event.text);
  };
  const compute = { runtime: outcome.runtime, threads: 1 };
  const compiled = openRunner(compute, program, state, note);
  const eager = openRunner(undefined, program, state, note);
  try {
    const [found, expected] = [await compiled.step(call(20)), await eager.step(call(20))];
    const numbers = (said: StepResult) => [said.loss, ...said.terms, said.gradientNorm!];
    for (const [index, value] of numbers(expected).entries()) {
      expect(Math.abs(numbers(found)[index]! - value)).toBeLessThan(
        TOLERANCE * Math.max(1, Math.abs(value)),
      );
    }
    const outcomes = (said: StepResult) =>
      (said.outcomes ?? []).flatMap(({ loss, alarms }) => [loss, alarms]);
    expect(differenceOf(outcomes(found), outcomes(expected))).toBeLessThan(TOLERANCE);
    expectSame(await compiled.state(), await eager.state());
    const { count, size, images } = call(0);
    const logits = saidBy(await eager.infer(images, count, size));
    const inferred = saidBy(await compiled.infer(images, count, size));
    expect(differenceOf(inferred, logits)).toBeLessThan(TOLERANCE);
    const network = openNetwork(compute, program, await eager.state(), note);
    const apart = saidBy(await network.infer(images, count, size));
    expect(differenceOf(apart, logits)).toBeLessThan(TOLERANCE);
    await network.dispose();
  } finally {
    await compiled.dispose();
    await eager.dispose();
  }
  return said;
}

beforeAll(async () => {
  tf.enableProdMode();
  const tensorflow = process.env.RAREMASK_TEST_TENSORFLOW;
  await prepareBackend(tensorflow ? 'tensorflow' : 'wasm', tensorflow);
});

let before = 0;
beforeEach(() => {
  before = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(before);
});

const PATCHED = ['model.with.patch=2', 'model.with.depth=1'];
const RESIDUAL = ['model.with.blocks=residual', 'model.with.blocksPerLevel=[1, 2, 1]'];

const loss = (use: string) => `loss=[{use: "${use}"}]`;

describe.skipIf(outcome.state !== 'ok')('a compiled step equals an eager one', () => {
  const named: Readonly<Record<string, string>> = {
    '@raremask/loss-dice/generalized-wasserstein': '{distances: {class0: {class1: 1}}}',
  };
  // One loss of each kind of kernels: sums over pixels, sorting, distances, skeletons, components.
  const first = ['', '/cldice', '/blob', '/lovasz', '/hausdorff', '/generalized-wasserstein'].map(
    (name) => `@raremask/loss-dice${name}`,
  );
  const plugins = [...pluginsOf('loss-dice'), ...pluginsOf('loss-ce')];
  const others = plugins.filter((use) => !first.includes(use) && use !== '@raremask/loss-ce');
  test.each([
    ...plugins.filter((use) => !others.includes(use)),
    ...further('the other losses', others),
  ])('with %s', async (use) => {
    const options = named[use];
    const set = options ? `loss=[{use: "${use}", with: ${options}}]` : loss(use);
    const said = await compare({ set: [set] });
    expect(said.join('\n')).toMatch(/^compiled the training step/);
    expect(said).toHaveLength(1);
  });

  test.each([
    ['residual blocks', ['model.with.residual=true']],
    ['group norm', ['model.with.norm=group', 'model.with.groups=2']],
    ['resized up-sampling', ['model.with.upsampling=resize']],
    ['dropout', ['model.with.dropout=0.3']],
    ['weight decay', ['train.optimizer={use: adamw, weightDecay: 0.1}']],
    ['attention gates', ['model.with.attention=true']],
    ['pixels taken together', PATCHED],
    ...further('the other options of a network', [
      ['instance norm', ['model.with.norm=instance']],
      ['no norm', ['model.with.norm=none']],
      ['leaky ReLU', ['model.with.activation=leaky-relu']],
      ['ELU', ['model.with.activation=elu']],
      ['SiLU', ['model.with.activation=silu']],
      ['three convolutions', ['model.with.convolutions=3']],
      ['one pooling', ['model.with.depth=1']],
      ['residual levels', RESIDUAL],
      ['squeeze and excitation', ['model.with.squeezeExcite=true']],
    ] as const),
  ] as [string, string[]][])('with %s', async (_, set) => {
    expect(await compare({ set })).toHaveLength(1);
  });

  test('with as many channels as the fast convolutions need', async () => {
    const set = ['model.with.filters=16', 'model.with.depth=2', loss('@raremask/loss-ce')];
    expect(await compare({ set, size: [12, 20] })).toHaveLength(1);
  });

  test('in three dimensions', async () => {
    expect(await compare({ size: [8, 8, 8] })).toHaveLength(1);
    const resized = ['model.with.upsampling=resize', 'model.with.depth=1'];
    expect(await compare({ size: [6, 8, 4], set: resized, batch: 1 })).toHaveLength(1);
    const patched = ['model.with.patch=[1, 2, 2]', 'model.with.depth=1'];
    expect(await compare({ size: [4, 8, 4], set: patched, batch: 1 })).toHaveLength(1);
  });

  test('in three dimensions, with residual levels, attention gates and excitation', async () => {
    const all = [...RESIDUAL, 'model.with.attention=true', 'model.with.squeezeExcite=true'];
    const groups = ['model.with.norm=group', 'model.with.groups=2'];
    const thick = [...all, ...groups, 'model.with.pooling=[[1, 2, 2], [2, 2, 1]]'];
    expect(await compare({ size: [2, 8, 6], set: thick })).toHaveLength(1);
  });

  test('with poolings of some axes', async () => {
    const flat = ['model.with.pooling=[[1, 2], [2, 2]]'];
    expect(await compare({ set: flat, size: [6, 16] })).toHaveLength(1);
    const thick = ['model.with.pooling=[[1, 2, 2], [2, 2, 1]]'];
    const resized = [...thick, 'model.with.upsampling=resize'];
    expect(await compare({ set: resized, size: [2, 8, 6], batch: 1 })).toHaveLength(1);
  });

  test('with deep supervision, exclusive and overlapping, in two and three dimensions', async () => {
    const deep = ['model.with.depth=3', 'model.with.deepSupervision=true', 'model.with.filters=2'];
    const two = 'loss=[{use: "@raremask/loss-dice"}, {use: "@raremask/loss-ce"}]';
    const set = [...deep, two];
    expect(await compare({ set, classes: 3, outcomes: true, clip: 0.05 })).toHaveLength(1);
    expect(await compare({ set, classes: 3, overlapping: true, size: [8, 8, 8] })).toHaveLength(1);
  });

  test('with an image head, exclusive and overlapping, in two and three dimensions', async () => {
    const set = ['model.with.imageHead=0.5', 'model.with.filters=2'];
    expect(await compare({ set })).toHaveLength(1);
    expect(await compare({ set, classes: 3, overlapping: true, size: [8, 8, 16] })).toHaveLength(1);
  });

  test.each(further('published encoders', ['efficientnet-lite0', 'resnet18']))(
    'with the encoder %s',
    async (encoder) => {
      const set = [`model.with.encoder=${encoder}`, 'model.with.depth=2', 'model.with.filters=4'];
      expect(await compare({ set })).toHaveLength(1);
    },
  );

  test('with several terms, a limit of the gradient and outcomes of samples', async () => {
    const set = ['loss=[{use: "@raremask/loss-dice"}, {use: "@raremask/loss-ce"}]'];
    expect(await compare({ set, clip: 0.05, outcomes: true })).toHaveLength(1);
  });

  test('with a Dice of joined classes beside one of each', async () => {
    const joined = '{use: "@raremask/loss-dice", with: {join: {some: [class1, class3]}}}';
    const set = [`loss=[${joined}, {use: "@raremask/loss-dice"}, {use: "@raremask/loss-ce"}]`];
    expect(await compare({ set, classes: 4 })).toHaveLength(1);
  });

  test('with three classes, exclusive and overlapping', async () => {
    expect(await compare({ classes: 3 })).toHaveLength(1);
    expect(await compare({ classes: 3, overlapping: true })).toHaveLength(1);
  });
});

describe.skipIf(outcome.state !== 'ok')('what cannot be compiled', () => {
  test('a loss that reads values is named, and the run goes on eagerly', async () => {
    const reads: Loss = ({ probabilities }) =>
      tf.mul(tf.mean(probabilities), probabilities.dataSync()[0]! > 2 ? 2 : 1) as tf.Scalar;
    const said = await compare({ losses: [reads] });
    expect(said[0]).toBe(
      'not compiled: loss[0] (mine): reading values of a tensor that depends on the input; it is computed step by step instead, which is slower',
    );
  });

  test('an operation that is not known is named', async () => {
    const sorts: Loss = ({ probabilities }) => {
      const constant = tf.tensor1d([1, 2, 2]);
      return tf.add(
        tf.mean(probabilities),
        tf.unique(tf.add(constant, tf.mul(0, tf.mean(probabilities)))).values.shape[0]!,
      ) as tf.Scalar;
    };
    const said = await compare({ losses: [sorts] });
    expect(said[0]).toMatch(
      /^not compiled: loss\[0\] \(mine\): Unique is not among the operations/,
    );
  });

  test('a loss that makes other numbers each time is not frozen', async () => {
    if (outcome.state !== 'ok') return;
    let calls = 0;
    const counts: Loss = ({ probabilities }) => {
      calls += 1;
      return tf.mul(tf.mean(probabilities), tf.scalar(calls)) as tf.Scalar;
    };
    const { program, state, call } = await make({ losses: [counts] });
    const said: string[] = [];
    const runner = openRunner({ runtime: outcome.runtime, threads: 1 }, program, state, (event) => {
      if (event.type === 'note' && !isPlacement(event.text)) said.push(event.text);
    });
    const first = await runner.step(call(1));
    const second = await runner.step(call(2));
    await runner.dispose();
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(
      /^not compiled: loss\[0\] \(mine\): making numbers that differ from call to call/,
    );
    expect(second.loss).not.toBeCloseTo(first.loss, 2);
  });

  test('a loss that keeps a tensor of the batch before is named, and the run goes on', async () => {
    if (outcome.state !== 'ok') return;
    const kept: tf.Tensor[] = [];
    const keeps: Loss = ({ probabilities }) => {
      const before = kept.at(-1);
      kept.push(tf.keep(tf.mean(probabilities)));
      const far = before ? tf.squaredDifference(tf.mean(probabilities), before) : tf.scalar(0);
      return tf.add(tf.mean(tf.square(probabilities)), far) as tf.Scalar;
    };
    const { program, state, call } = await make({ losses: [keeps] });
    const said: string[] = [];
    const runner = openRunner({ runtime: outcome.runtime, threads: 1 }, program, state, (event) => {
      if (event.type === 'note' && !isPlacement(event.text)) said.push(event.text);
    });
    const steps = [await runner.step(call(1)), await runner.step(call(2))];
    await runner.dispose();
    tf.dispose(kept);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(
      /^not compiled: loss\[0\] \(mine\): keeping a tensor of an earlier batch from call to call/,
    );
    for (const { loss } of steps) expect(loss).toBeGreaterThan(0);
  });

  describe('of an optimizer', () => {
    /** What is said where the update does something else besides. */
    async function said(besides: (call: UpdateCall) => tf.Tensor | undefined): Promise<string> {
      if (outcome.state !== 'ok') return '';
      const { program, state, call } = await make({});
      const place = 'train.optimizer (mine)';
      const update = (given: UpdateCall) => {
        const { weight, slots } = program.optimizer.update(given);
        const more = besides(given);
        return { slots, weight: more ? tf.add(weight, more) : weight };
      };
      const optimizer = { ...program.optimizer, update };
      const texts: string[] = [];
      const runner = openRunner(
        { runtime: outcome.runtime, threads: 1 },
        { ...program, optimizer, optimizerPlace: place },
        state,
        (event) => {
          if (event.type === 'note' && !isPlacement(event.text)) texts.push(event.text);
        },
      );
      await runner.step(call(1));
      await runner.step(call(2));
      await runner.dispose();
      expect(texts).toHaveLength(1);
      return texts[0]!;
    }

    test('that reads values, its place is named', async () => {
      const text = await said(({ gradient }) => {
        gradient.dataSync();
        return undefined;
      });
      expect(text).toMatch(
        /^not compiled: train\.optimizer \(mine\): reading values of a tensor that depends on the input; it is computed step by step instead/,
      );
    });

    test('that keeps a tensor of the step before, its place is named', async () => {
      const kept: tf.Tensor[] = [];
      const text = await said(({ gradient }) => {
        const before = kept.find(({ shape }) => shape.join() === gradient.shape.join());
        kept.push(tf.keep(tf.mul(gradient, 0)));
        return before && tf.mul(before, 1);
      });
      tf.dispose(kept);
      expect(text).toMatch(/^not compiled: train\.optimizer \(mine\): keeping a tensor /);
    });

    test('that gives a tensor that it has kept, its place is named', async () => {
      let kept: tf.Tensor | undefined;
      const text = await said(({ gradient }) => {
        if (gradient.rank !== 1) return undefined;
        kept ??= tf.keep(tf.mul(gradient, 0));
        return kept;
      });
      kept!.dispose();
      expect(text).toMatch(/^not compiled: train\.optimizer \(mine\): keeping a tensor /);
    });

    test('that makes other numbers each time, its place is named', async () => {
      const text = await said(({ weight }) => tf.randomUniform(weight.shape));
      expect(text).toMatch(/^not compiled: train\.optimizer \(mine\): making numbers /);
    });
  });

  test('a loss that keeps a constant is compiled', async () => {
    let kept: tf.Tensor | undefined;
    const keeps: Loss = ({ probabilities }) => {
      kept ??= tf.keep(tf.sub(3, tf.tensor1d([1, 2])));
      return tf.mean(tf.mul(tf.square(probabilities), kept)) as tf.Scalar;
    };
    const said = await compare({ losses: [keeps] });
    expect(said[0]).toMatch(/^compiled the training step/);
    kept!.dispose();
  });

  test.each([
    ['a network for any size', []],
    ['one that is resized up', ['model.with.upsampling=resize']],
    ['one of residual levels', RESIDUAL],
    ['one that takes pixels together', PATCHED],
    [
      'one with attention gates and excitation',
      ['model.with.attention=true', 'model.with.squeezeExcite=true'],
    ],
    // Its groups are reshaped by size, which no graph leaves open.
    ['one that needs a program for each size', ['model.with.norm=group', 'model.with.groups=2']],
  ])('images of many sizes are seen alike, %s', async (_, set) => {
    if (outcome.state !== 'ok') return;
    const { program, state, call } = await make({ set });
    // Room for one of the programs.
    const compute = { runtime: outcome.runtime, threads: 1, pixelsKept: 2 * 16 * 16 };
    const said: string[] = [];
    const note = (event: RunEvent) => {
      if (event.type === 'note' && !isPlacement(event.text)) said.push(event.text);
    };
    const eager = openRunner(undefined, program, state, note);
    const compiled = openRunner(compute, program, state, note);
    await eager.step(call(20));
    await compiled.step(call(20));
    const network = openNetwork(compute, program, await eager.state(), note);
    const { images } = call(0);
    for (const [count, ...size] of [
      [2, 16, 16],
      [1, 16, 16],
      [1, 8, 16],
      [1, 16, 24],
      [2, 16, 16],
      [3, 8, 8],
    ] as const) {
      const some = images.slice(0, count * size[0] * size[1]);
      const expected = saidBy(await eager.infer(some, count, size));
      expect(differenceOf(saidBy(await compiled.infer(some, count, size)), expected)).toBeLessThan(
        TOLERANCE,
      );
      expect(differenceOf(saidBy(await network.infer(some, count, size)), expected)).toBeLessThan(
        TOLERANCE,
      );
    }
    for (const one of [network, compiled, eager]) await one.dispose();
    expect(said).toHaveLength(1);
  });

  test('a size of batch that comes later has a program of its own, and the same state', async () => {
    if (outcome.state !== 'ok') return;
    const { program, state, call } = await make({});
    const half = (one: StepCall): StepCall => ({
      ...one,
      count: 1,
      images: one.images.slice(0, one.images.length / 2),
      target: one.target.slice(0, one.target.length / 2),
      weight: one.weight.slice(0, one.weight.length / 2),
    });
    const said: string[] = [];
    const note = (event: RunEvent) => {
      if (event.type === 'note' && !isPlacement(event.text)) said.push(event.text);
    };
    const compiled = openRunner({ runtime: outcome.runtime, threads: 1 }, program, state, note);
    const eager = openRunner(undefined, program, state, note);
    for (const runner of [compiled, eager]) {
      await runner.step(call(20));
      await runner.step(half(call(21)));
      await runner.step(call(22));
    }
    expectSame(await compiled.state(), await eager.state());
    expect(said.map((text) => text.match(/step of ([^:]+)/)?.[1])).toEqual([
      '2 x 16 x 16',
      '1 x 16 x 16',
    ]);
    await compiled.dispose();
    await eager.dispose();
  });
});

test.skipIf(outcome.state !== 'ok')(
  'gathered gradients and moving averages are those of eager steps, and what is loaded goes on',
  async () => {
    if (outcome.state !== 'ok') return;
    const made = await make({ set: ['model.with.norm=instance'] });
    const program = { ...made.program, average: true, accumulate: true };
    const state = { ...initialState(program), slots: made.state.slots };
    const note = () => undefined;
    const compiled = openRunner({ runtime: outcome.runtime, threads: 1 }, program, state, note);
    const eager = openRunner(undefined, program, state, note);
    const call = (first: boolean): StepCall => ({
      ...made.call(20),
      decay: 0.5,
      gathering: { share: 0.5, first, last: !first },
    });
    for (const runner of [compiled, eager]) {
      await runner.step(call(true));
      const between = await runner.state();
      await runner.step(call(false));
      const after = await runner.state();
      runner.load(between);
      await runner.step(call(false));
      expect(await runner.state()).toEqual(after);
    }
    expectSame(await compiled.state(), await eager.state());
    // The same batch twice is that batch once.
    const once = openRunner(
      undefined,
      made.program,
      { ...state, averages: [], gathered: [] },
      note,
    );
    await once.step(made.call(20));
    const { averages } = await compiled.state();
    expectSame(await compiled.state(), { ...(await once.state()), averages });
    const { images, count, size } = call(true);
    const logits = saidBy(await eager.infer(images, count, size));
    expect(differenceOf(saidBy(await compiled.infer(images, count, size)), logits)).toBeLessThan(
      TOLERANCE,
    );
    for (const runner of [compiled, eager, once]) await runner.dispose();
  },
);

test.skipIf(outcome.state !== 'ok')(
  'frozen weights, their slots and their averages stay to the last bit, compiled and eager',
  async () => {
    if (outcome.state !== 'ok') return;
    const made = await make({});
    const { model } = made.program;
    const frozen = model.weights.map(({ name }) => /^encoder|bias$/.test(name));
    const program = { ...made.program, frozen, average: true, accumulate: true };
    const state = { ...initialState(program), slots: made.state.slots };
    const note = () => undefined;
    const compiled = openRunner({ runtime: outcome.runtime, threads: 1 }, program, state, note);
    const eager = openRunner(undefined, program, state, note);
    const gatherings = [
      undefined,
      { share: 0.5, first: true, last: false },
      { share: 0.5, first: false, last: true },
    ];
    for (const runner of [compiled, eager]) {
      for (const [at, gathering] of gatherings.entries()) {
        await runner.step({ ...made.call(20 + at), decay: 0.9, ...(gathering && { gathering }) });
      }
      const after = await runner.state();
      const count = model.weights.length;
      for (const [index, isFrozen] of frozen.entries()) {
        const same = (found: Float32Array, before: Float32Array) =>
          found.every((value, place) => value === before[place]);
        expect(same(after.weights[index]!, state.weights[index]!)).toBe(isFrozen);
        expect(same(after.averages[index]!, state.averages[index]!)).toBe(isFrozen);
        for (const slot of [index, count + index]) {
          expect(same(after.slots[slot]!, state.slots[slot]!)).toBe(isFrozen);
        }
      }
    }
    expectSame(await compiled.state(), await eager.state());
    await compiled.dispose();
    await eager.dispose();
  },
);
