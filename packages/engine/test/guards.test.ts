import { readFileSync } from 'node:fs';
import type {
  Draw,
  Facts,
  Model,
  Optimizer,
  RunProgress,
  Sampler,
  Schedule,
  UpdateCall,
  Updated,
} from '@raremask/core';
import { lossInput } from '@raremask/core/loss';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { guardedSampler } from '../src/guard/guardedSampler.ts';
import { Leaks } from '../src/guard/leaks.ts';
import { guardedScore } from '../src/judging/guardedScore.ts';
import { checkModel } from '../src/step/checkModel.ts';
import { guardedLoss } from '../src/step/guardedLoss.ts';
import { guardedModel } from '../src/step/guardedModel.ts';
import { guardedOptimizer } from '../src/step/guardedOptimizer.ts';
import { guardedSchedule } from '../src/step/guardedSchedule.ts';

beforeAll(() => tf.setBackend('cpu'));
beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

const PROGRESS: RunProgress = { done: 0.25, epoch: 2.5, epochs: 10 };

describe('a schedule', () => {
  const factor = (give: unknown) => () =>
    guardedSchedule({ factor: give } as Schedule, 'train.schedule (mine)').factor(PROGRESS);

  test('gives what it gives, 0 too', () => {
    expect(factor(({ done }: RunProgress) => done)()).toBe(0.25);
    expect(factor(() => 0)()).toBe(0);
  });

  test.each([
    ['NaN', () => Number.NaN, 'NaN'],
    ['infinity', () => 1 / 0, 'Infinity'],
    ['a negative number', () => -0.1, '-0.1'],
    ['a text', () => '1', 'a string'],
    ['nothing', () => undefined, 'nothing'],
    ['a promise', async () => 1, 'a promise'],
    ['an object', () => ({}), 'an object'],
  ])('that gives %s is named with its place and the epoch', (_, give, got) => {
    expect(factor(give)).toThrow(
      `train.schedule (mine): the schedule gave an unusable factor, epoch 2.50 of 10, without the warm-up. Expected: a share of the full learning rate, a finite number from 0. Got: ${got}.`,
    );
  });

  test('that throws is named, whatever was called', () => {
    const fail = () => {
      throw new Error('no luck');
    };
    const broken = guardedSchedule(
      { factor: fail, observe: fail, state: fail, restore: fail },
      'here',
    );
    for (const [call, what] of [
      [() => broken.factor(PROGRESS), 'factor, epoch 2.50 of 10'],
      [() => broken.observe!(0.5, 3), 'observe, epoch 3'],
      [() => broken.state!(), 'state'],
      [() => broken.restore!(null), 'restore'],
    ] as const) {
      expect(call).toThrow(
        expect.objectContaining({
          code: 'RAREMASK_SCHEDULE_FAILED',
          message: expect.stringContaining(`here: the schedule threw in ${what}`),
        }),
      );
    }
  });

  test('that promises to observe is named: nobody waits for it', () => {
    const observe = (async () => {
      throw new Error('never seen');
    }) as unknown as () => void;
    expect(() => guardedSchedule({ factor: () => 1, observe }, 'here').observe!(0.5, 3)).toThrow(
      'here: the schedule gave a promise from observe, epoch 3. Expected: nothing, once it is done. Got: a promise.',
    );
    const sampler = { batches: () => [], observe };
    const guarded = guardedSampler(sampler, {
      place: 'sampler (mine)',
      url: undefined,
      ids: [],
      batch: 2,
    });
    expect(() => guarded.observe!([], 3)).toThrow(
      'sampler (mine): the sampler gave a promise from observe, epoch 3.',
    );
  });

  test.each([
    ['a map', new Map([[1, 2]]), '{}'],
    ['NaN', { best: Number.NaN }, '{"best":null}'],
    ['something undefined', { best: undefined }, '{}'],
  ])('whose state holds %s, which a checkpoint loses, is named', (_, state, got) => {
    const schedule = guardedSchedule(
      { factor: () => 1, state: () => state as never, restore() {} },
      'here',
    );
    expect(() => schedule.state!()).toThrow(`comes back as ${got}`);
  });

  test('has what the plugin has, and no more', () => {
    expect(Object.keys(guardedSchedule({ factor: () => 1 }, 'here'))).toEqual(['factor']);
    const whole = guardedSchedule(
      { factor: () => 1, observe() {}, state: () => ({ best: 1 }), restore() {} },
      'here',
    );
    expect(whole.state!()).toEqual({ best: 1 });
  });
});

describe('an optimizer', () => {
  const GOOD: Optimizer = {
    slots: ['speed'],
    update: ({ weight, gradient, slots }) => ({
      weight: tf.sub(weight, gradient),
      slots: { speed: tf.add(slots['speed']!, gradient) },
    }),
  };
  const call = (): UpdateCall => ({
    weight: tf.ones([2, 3]),
    gradient: tf.ones([2, 3]),
    slots: { speed: tf.zeros([2, 3]) },
    learningRate: tf.scalar(0.1),
    numbers: {},
    decay: true,
  });
  const updated = (update: unknown) => () =>
    guardedOptimizer({ ...GOOD, update } as Optimizer, 'train.optimizer (mine)').update(call());
  const spoilt = (change: (good: Updated) => object) =>
    updated((given: UpdateCall) => change(GOOD.update(given)));

  test('that is as it should be moves as it moves', () => {
    const { weight, slots } = updated(GOOD.update)();
    expect([...weight.dataSync()]).toEqual([0, 0, 0, 0, 0, 0]);
    expect([...slots['speed']!.dataSync()]).toEqual([1, 1, 1, 1, 1, 1]);
    expect(guardedOptimizer({ ...GOOD, wholeWeights: true }, 'here').wholeWeights).toBe(true);
    expect(Object.keys(guardedOptimizer(GOOD, 'here'))).toEqual(['slots', 'update']);
  });

  test.each([
    [
      'a weight of another shape',
      spoilt((good) => ({ ...good, weight: tf.zeros([3, 2]) })),
      'a weight of another kind. Expected: float32 [2, 3]. Got: float32 [3, 2]',
    ],
    [
      'a weight of another type',
      spoilt((good) => ({ ...good, weight: tf.cast(good.weight, 'int32') })),
      'a weight of another kind. Expected: float32 [2, 3]. Got: int32 [2, 3]',
    ],
    [
      'no weight',
      spoilt(({ slots }) => ({ slots })),
      'Expected: a tensor, float32 [2, 3]. Got: nothing',
    ],
    [
      'a slot of another shape',
      spoilt((good) => ({ ...good, slots: { speed: tf.scalar(1) } })),
      'a slot speed of another kind. Expected: float32 [2, 3]. Got: float32 []',
    ],
    [
      'numbers in the place of a slot',
      spoilt((good) => ({ ...good, slots: { speed: [1, 2] } })),
      'Expected: a tensor, float32 [2, 3]. Got: a list',
    ],
    [
      'a slot too few',
      spoilt((good) => ({ ...good, slots: {} })),
      'other slots than it declares. Expected: speed. Got: none',
    ],
    [
      'a slot too many',
      spoilt((good) => ({ ...good, slots: { ...good.slots, more: good.weight } })),
      'other slots than it declares. Expected: speed. Got: speed, more',
    ],
    [
      'no slots at all',
      spoilt(({ weight }) => ({ weight })),
      'no slots. Expected: an object with weight and slots',
    ],
    [
      'a promise',
      updated(async () => ({})),
      'no update. Expected: an object with weight and slots. Got: a promise',
    ],
  ])('that gives %s is named with its place', (_, run, says) => {
    expect(run).toThrow('train.optimizer (mine): the optimizer gave ');
    expect(run).toThrow(says);
  });

  test('that throws is named, and its own error kept', () => {
    const own = new Error('no luck');
    expect(
      updated(() => {
        throw own;
      }),
    ).toThrow(expect.objectContaining({ code: 'RAREMASK_OPTIMIZER_FAILED', cause: own }));
  });

  test.each([
    ['not finite', () => ({ rate: Number.NaN }), 'an unusable number rate at step 1'],
    ['a text', () => ({ rate: '1' }), 'an unusable number rate at step 1'],
    ['nothing', () => undefined, 'no numbers at step 1'],
  ])('whose numbers are %s is named', (_, numbers, says) => {
    const guarded = guardedOptimizer({ ...GOOD, numbers } as unknown as Optimizer, 'here');
    expect(() => guarded.numbers!(1)).toThrow(says);
  });

  test('whose numbers have other names from step to step is named', () => {
    const guarded = guardedOptimizer(
      { ...GOOD, numbers: (step) => (step < 3 ? { early: 1 } : { late: 1 }) },
      'here',
    );
    guarded.numbers!(1);
    guarded.numbers!(2);
    expect(() => guarded.numbers!(3)).toThrow(
      'here: the optimizer gave other numbers at step 3 than before. Expected: early. Got: late.',
    );
  });

  test.each([
    ['no list', 'speed'],
    ['a name twice', ['speed', 'speed']],
    ['an empty name', ['']],
  ])('whose slots are %s is refused when it is made', (_, slots) => {
    expect(() => guardedOptimizer({ ...GOOD, slots } as unknown as Optimizer, 'here')).toThrow(
      'here: the optimizer gave unusable slots',
    );
  });
});

const FACTS = { space: 2, channels: 1, classes: [{}, {}], overlapping: false } as unknown as Facts;

describe('a model', () => {
  const call = () => ({
    images: tf.ones([1, 4, 4, 1]),
    weights: [],
    buffers: [tf.zeros([3])],
    mode: 'train' as const,
    uniform: (shape: readonly number[]) => tf.ones([...shape]),
  });
  const forward = (give: unknown) => () =>
    guardedModel(
      { forward: give, weights: [], buffers: [], multipleOf: [1, 1] } as unknown as Model,
      {
        place: 'model (mine)',
        url: import.meta.url,
        facts: FACTS,
      },
    ).forward(call());

  test('that is as it should be says what it says', () => {
    const logits = tf.ones([1, 4, 4, 2]);
    expect(forward(() => ({ logits, buffers: [tf.ones([3])] }))().logits).toBe(logits);
    expect(forward(() => ({ logits }))().logits).toBe(logits);
  });

  test.each([
    ['nothing', () => undefined, 'no outputs. Expected: an object with logits. Got: nothing'],
    ['a promise', async () => ({}), 'no outputs. Expected: an object with logits. Got: a promise'],
    [
      'classes too many',
      () => ({ logits: tf.ones([1, 4, 4, 3]) }),
      'logits of another kind. Expected: float32 [1, 4, 4, 2]. Got: float32 [1, 4, 4, 3]',
    ],
    [
      'logits of half the size',
      () => ({ logits: tf.ones([1, 2, 2, 2]) }),
      'logits of another kind. Expected: float32 [1, 4, 4, 2]. Got: float32 [1, 2, 2, 2]',
    ],
    [
      'a buffer too few',
      () => ({ logits: tf.ones([1, 4, 4, 2]), buffers: [] }),
      'other buffers. Expected: a list of 1, as it declares. Got: a list of 0',
    ],
    [
      'a buffer of another shape',
      () => ({ logits: tf.ones([1, 4, 4, 2]), buffers: [tf.ones([2])] }),
      'a buffer 0 of another kind. Expected: float32 [3]. Got: float32 [2]',
    ],
  ])('that gives %s is named with its place', (_, give, says) => {
    expect(forward(give)).toThrow('model (mine): the model gave ');
    expect(forward(give)).toThrow(says);
  });

  test('that throws is named with the line of its own file', () => {
    expect(forward(() => tf.reshape([1, 2], [3]))).toThrow(
      /^model \(mine\): the model threw in forward \(train\): .*guards\.test\.ts:\d+:\d+\. Do this/,
    );
  });
});

describe('a model through which no gradient goes', () => {
  const shape = [1, 2, 2, 2];
  const images = () => tf.ones([1, 2, 2, 1]);
  const gradientOf = (forward: (weight: tf.Tensor) => tf.Tensor) => {
    const model = { weights: [], buffers: [], multipleOf: [1, 1] } as unknown as Model;
    const guarded = guardedModel(
      { ...model, forward: ({ weights }) => ({ logits: forward(weights[0]!) }) },
      { place: 'model (mine)', url: import.meta.url, facts: FACTS },
    );
    return tf.grad((weight) => {
      const call = { images: images(), weights: [weight], buffers: [], mode: 'train' as const };
      return tf.mean(guarded.forward({ ...call, uniform: (of) => tf.ones([...of]) }).logits);
    })(tf.tensor([1, 2, 3, 4, 4, 3, 2, 1], shape));
  };

  test('is named with the operation, its line, and a way round', () => {
    const turned = (weight: tf.Tensor) => tf.image.rotateWithOffset(weight as tf.Tensor4D, 0.5);
    const lines = readFileSync(import.meta.filename, 'utf8').split('\n');
    const line = 1 + lines.findIndex((text) => text.includes('tf.image.rotateWithOffset(weight'));
    expect(() => gradientOf(turned)).toThrow(
      new RegExp(
        `^model \\(mine\\): the logits depend on the weights through RotateWithOffset, at .*guards\\.test\\.ts:${line}:\\d+, .*Do this: .*docs/gradients\\.md`,
      ),
    );
  });

  test('is none where the logits do not hang on it', () => {
    const measured = (weight: tf.Tensor) => {
      tf.image.rotateWithOffset(weight as tf.Tensor4D, 0.5);
      return tf.square(weight);
    };
    expect(gradientOf(measured).shape).toEqual(shape);
  });
});

describe('a sampler', () => {
  const guarded = (sampler: object) =>
    guardedSampler(sampler as Sampler, {
      place: 'sampler (mine)',
      url: import.meta.url,
      ids: ['a', 'b'],
      batch: 2,
    });
  const batches = (give: unknown) => () => guarded({ batches: give }).batches(2);

  test('that is as it should be draws what it draws, from a generator too', () => {
    const drawn: Draw[][] = [[{ id: 'a' }, { id: 'b' }], [{ id: 'a' }]];
    expect(batches(() => drawn)()).toEqual(drawn);
    expect(
      batches(function* () {
        yield* drawn;
      })(),
    ).toEqual(drawn);
    expect(Object.keys(guarded({ batches: () => [] }))).toEqual(['batches']);
  });

  test.each([
    ['nothing', () => undefined, 'no batches for epoch 2. Expected: lists of draws. Got: nothing'],
    [
      'a promise',
      async () => [],
      'no batches for epoch 2. Expected: lists of draws. Got: a promise',
    ],
    ['an empty batch', () => [[]], 'no batch 0 of epoch 2. Expected: a list of draws, not empty'],
    [
      'ids for draws',
      () => [['a']],
      'a draw of another sample in batch 0 of epoch 2. Expected: draws with the id of a sample of the training split. Got: "a"',
    ],
    [
      'a sample of another split',
      () => [[{ id: 'a' }, { id: 'b' }], [{ id: 'validation-1' }]],
      'a draw of another sample in batch 1 of epoch 2. Expected: draws with the id of a sample of the training split. Got: "validation-1"',
    ],
    [
      'a window that is a word',
      () => [[{ id: 'a', window: 'all' }]],
      'an unusable window of a in batch 0 of epoch 2. Expected: { origin, size }, a list of whole numbers each, sizes from 1. Got: "all"',
    ],
    [
      'a window from nowhere',
      () => [[{ id: 'a', window: { origin: [Number.NaN, 0], size: [4, 4] } }]],
      'an unusable window of a in batch 0 of epoch 2. Expected: { origin, size }, a list of whole numbers each, sizes from 1. Got: {"origin":["NaN",0],"size":[4,4]}',
    ],
    [
      'an async generator',
      async function* () {
        yield [{ id: 'a' }];
      },
      'no batches for epoch 2. Expected: lists of draws. Got: an async iterator',
    ],
    [
      'more draws than a batch has',
      () => [[{ id: 'a' }, { id: 'b' }, { id: 'a' }]],
      'a wrong number of draws in batch 0 of epoch 2. Expected: 1 to 2 draws. Got: 3',
    ],
    [
      'a batch amid the epoch that is not full',
      () => [[{ id: 'a' }], [{ id: 'b' }]],
      'a wrong number of draws in batch 0 of epoch 2. Expected: 2 draws, as train.batch says. Got: 1',
    ],
    [
      'an epoch without an end',
      function* () {
        while (true) yield [{ id: 'a' }, { id: 'b' }];
      },
      'an epoch 2 without an end. Expected: at most 1000000 draws. Got: 500001 batches, and no end',
    ],
  ])('that gives %s is named with its place', (_, give, says) => {
    expect(batches(give)).toThrow('sampler (mine): the sampler gave ');
    expect(batches(give)).toThrow(says);
  });

  test('that throws is named with the line of its own file, whatever was called', () => {
    const fail = () => {
      throw new Error('no luck');
    };
    const broken = guarded({
      // biome-ignore lint/correctness/useYield: it fails before
      *batches() {
        fail();
      },
      observe: fail,
      state: fail,
      restore: fail,
    });
    for (const [call, what] of [
      [() => broken.batches(1), 'batches\\(1\\)'],
      [() => broken.observe!([], 3), 'observe, epoch 3'],
      [() => broken.state!(), 'state'],
      [() => broken.restore!(null), 'restore'],
    ] as const) {
      expect(call).toThrow(
        new RegExp(
          `^sampler \\(mine\\): the sampler threw in ${what}: no luck, at .*guards.test.ts:`,
        ),
      );
    }
  });

  test('whose draws throw when they are looked at is named with the line', () => {
    const draw = {
      get id(): string {
        throw new Error('no id');
      },
    };
    expect(batches(() => [[draw]])).toThrow(
      /^sampler \(mine\): the sampler threw in batches\(2\): no id, at .*guards\.test\.ts:/,
    );
  });

  test('whose windows have no size is named when it is made', () => {
    for (const window of ['small', [0, 4], [Number.NaN, 4], 16]) {
      expect(() => guarded({ batches: () => [], window })).toThrow(
        'sampler (mine): the sampler gave an unusable size of its windows (window). Expected: a list of whole numbers from 1, or nothing.',
      );
    }
  });

  test('whose state a checkpoint loses is named', () => {
    const state = () => ({ seen: new Set(['a']) });
    expect(() => guarded({ batches: () => [], state }).state!()).toThrow(
      'the sampler gave a state that a checkpoint cannot hold',
    );
  });
});

test('what an optimizer, a schedule and a score throw has the line of their own files', () => {
  const fail = () => {
    throw new Error('no luck');
  };
  const { url } = import.meta;
  const text = { title: 'a', unit: 'share', better: 'higher', meaning: 'a', empty: 'a' };
  for (const call of [
    () => guardedOptimizer({ slots: [], update: fail }, 'here', url).update({} as UpdateCall),
    () => guardedSchedule({ factor: fail }, 'here', url).factor(PROGRESS),
    () =>
      guardedScore({ ...text, measure: fail, of: fail } as never, 'here', url).of({
        images: 1,
        imagesWithForeground: 0,
      } as never),
  ]) {
    expect(call).toThrow(
      /^here: the \w+ threw .*: no luck, at .*guards\.test\.ts:\d+:\d+\. Do this/,
    );
  }
});

describe('a loss that is called at every step', () => {
  /** What is said of it in six steps. */
  const said = (keep: (x: tf.Tensor, step: number) => tf.Tensor | undefined): string[] => {
    const texts: string[] = [];
    const leaks = new Leaks((text) => texts.push(text));
    const kept: tf.Tensor[] = [];
    let step = 0;
    const loss = guardedLoss(
      ({ probabilities }) => {
        const one = keep(probabilities, step);
        if (one) kept.push(one);
        return tf.mean(tf.square(probabilities)) as tf.Scalar;
      },
      'loss[0] (mine)',
      import.meta.url,
    );
    for (; step < 6; step++) {
      leaks.during(() =>
        tf.tidy(() =>
          tf.grad((logits) => {
            const truth = tf.ones([1, 2, 2, 2]);
            return loss(lossInput({ overlapping: false }, logits, truth, tf.ones([1, 2, 2, 1])));
          })(tf.ones([1, 2, 2, 2])),
        ),
      );
    }
    tf.dispose(kept);
    return texts;
  };

  test('and keeps a tensor each time is named once, with the line of its own file', () => {
    const lines = readFileSync(import.meta.filename, 'utf8').split('\n');
    const line = 1 + lines.findIndex((text) => text.trim().startsWith('const texts = said('));
    const texts = said((x) => tf.keep(tf.mul(x, 2)));
    expect(texts).toHaveLength(1);
    expect(texts[0]).toMatch(
      new RegExp(
        `^loss\\[0\\] \\(mine\\) keeps a tensor at every step \\(tf\\.keep, at .*guards\\.test\\.ts:${line}:\\d+\\)`,
      ),
    );
  });

  test('and keeps a constant, or what it disposes of later, is left alone', () => {
    expect(said((x, step) => (step === 0 ? tf.keep(tf.onesLike(x)) : undefined))).toEqual([]);
    const own = tf.customGrad((x) => ({
      value: tf.mul(x as tf.Tensor, 2),
      gradFunc: (dy: tf.Tensor) => dy,
    }));
    expect(said((x) => void own(x))).toEqual([]);
    expect(
      said((x) => {
        tf.keep(tf.mul(x, 2)).dispose();
        return undefined;
      }),
    ).toEqual([]);
  });
});

describe('a model, before the first step', () => {
  const kernel = { name: 'k', shape: [1, 2], initial: Float32Array.of(1, 2), decay: true };
  const made = (of: object) => () =>
    checkModel(
      { weights: [kernel], buffers: [], multipleOf: [1, 1], forward: () => {}, ...of } as never,
      'model (mine)',
      FACTS,
    );

  test('passes where it is whole', () => {
    expect(made({})).not.toThrow();
  });

  test.each([
    ['no weight', { weights: [] }, 'no weights. Expected: at least one, to be trained'],
    ['two of a name', { weights: [kernel, kernel] }, 'a name that no other has. Got: "k"'],
    [
      'a shape below 1',
      { weights: [{ ...kernel, shape: [1, -2] }] },
      'unusable weights[0] (k). Expected: a shape of whole numbers from 1. Got: [1,-2]',
    ],
    [
      'too few first values',
      { weights: [{ ...kernel, initial: Float32Array.of(1) }] },
      'unusable weights[0] (k). Expected: initial, a Float32Array of 2 finite numbers. Got: 1 numbers',
    ],
    [
      'first values that are not finite',
      { buffers: [{ ...kernel, initial: Float32Array.of(1, Number.NaN) }] },
      'unusable buffers[0] (k). Expected: initial, a Float32Array of 2 finite numbers. Got: NaN at index 1',
    ],
    ['a list of numbers', { weights: [{ ...kernel, initial: [1, 2] }] }, 'Got: a list of 2'],
    [
      'another rank',
      { multipleOf: [1, 1, 1] },
      'an unusable multipleOf. Expected: 2 whole numbers',
    ],
    ['multiples of 0', { multipleOf: [0, 1] }, 'an unusable multipleOf'],
    ['no function', { forward: 3 }, 'no forward. Expected: a function. Got: 3'],
  ])('is refused with %s', (_, of, says) => {
    expect(made(of)).toThrow(`model (mine): the model gave `);
    expect(made(of)).toThrow(says);
  });
});
