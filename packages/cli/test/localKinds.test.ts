import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { furtherTest } from '../../../test/further.ts';
import { raremask } from './command.ts';
import { ownModel } from './ownModel.ts';
import { createProject, MANIFEST, type Project } from './project.ts';

const OPTIMIZER = `import { defineOptimizer } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';

/** Steps of one length, by the sign of the gradient. */
export default defineOptimizer({
  name: 'signs',
  api: 1,
  create: () => ({
    slots: ['last'],
    update: ({ weight, gradient, learningRate }) => ({
      weight: tf.sub(weight, tf.mul(tf.sign(gradient), learningRate)),
      slots: { last: gradient },
    }),
  }),
});
`;

const SCHEDULE = `import { defineSchedule } from '@raremask/core';

/** Half as much every epoch. */
export default defineSchedule({
  name: 'halves',
  api: 1,
  create: () => ({ factor: ({ epoch }) => 0.5 ** Math.floor(epoch) }),
});
`;

const tracker = (body: string) => `import { defineTracker } from '@raremask/core';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

export default defineTracker({
  name: 'lines',
  api: 1,
  create: () => {
    let path = '';
    const line = (text) => appendFileSync(path, text + '\\n');
    return {
      start: ({ folder, name }) => {
        path = join(folder, 'lines.txt');
        line('start ' + name);
      },
      event: ({ type, epoch }) => {
        if (type === 'epoch') line('epoch ' + epoch);
        ${body}
      },
      image: ({ epoch, id }) => line('image ' + epoch + ' ' + id),
      weights: { every: 2, take: ({ weights }) => line('weights ' + (weights.length > 0)) },
      end: (outcome) => line('end ' + outcome),
    };
  },
});
`;

function project(files: Readonly<Record<string, string>>): Project {
  const made = createProject(
    MANIFEST.replace(
      'train: { epochs: 2, batch: 4, workers: 0 }',
      `train:
  epochs: 2
  batch: 4
  workers: 0
  optimizer: { use: ./optimizer.ts, learningRate: 0.01 }
  schedule: ./schedule.ts
trackers: [./tracker.ts]`,
    ),
  );
  const standard = {
    'optimizer.ts': OPTIMIZER,
    'schedule.ts': SCHEDULE,
    'tracker.ts': tracker(''),
  };
  for (const [name, text] of Object.entries({ ...standard, ...files })) made.write(name, text);
  return made;
}

test('an optimizer, a schedule and a tracker of TypeScript files of their own train a network', async () => {
  const own = project({});
  const { status, stderr } = await raremask(own, 'train');
  expect(status, stderr).toBe(0);
  expect(stderr).not.toContain('warning');
  const epochs = own
    .read('runs/tiny/events.ndjson')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; learningRate: number })
    .filter(({ type }) => type === 'epoch');
  expect(epochs.map(({ learningRate }) => learningRate)).toEqual([0.01, 0.005]);
  // The last line comes when the report is there.
  expect(own.read('runs/tiny/lines.txt').trim().split('\n')).toEqual([
    'start tiny',
    ...['scan08', 'scan09', 'scan10'].map((id) => `image 1 ${id}`),
    'epoch 1',
    ...['scan08', 'scan09', 'scan10'].map((id) => `image 2 ${id}`),
    'epoch 2',
    'weights true',
    'end finished',
  ]);
  expect(own.read('runs/tiny/environment.json')).toContain('"./optimizer.ts": "file"');
  const again = await raremask(own, 'evaluate', 'runs/tiny', '--split', 'test');
  expect(again.status, again.stderr).toBe(0);
});

test('a tracker that throws is named, and the run is as good as without it', async () => {
  const own = project({ 'tracker.ts': tracker("throw new Error('no space');") });
  const { status, stderr } = await raremask(own, 'train');
  expect(status, stderr).toBe(0);
  expect(stderr).toContain('warning: trackers[0] (lines) gets nothing more of this run: no space');
  expect(readFileSync(own.at('runs/tiny/report.html'), 'utf8')).toContain('<html');
});

test('a word that no optimizer has is answered with the nearest one', async () => {
  const own = createProject();
  const { status, stderr } = await raremask(own, 'train', '--set', 'train.optimizer.use=admw');
  expect(status).toBe(2);
  expect(stderr).toContain('Expected: adam, adamw, sgd, lion, an npm name, or a file');
  expect(stderr).toContain('Do this: write adamw.');
});

test('an option of another optimizer is an error', async () => {
  const own = createProject();
  const { status, stderr } = await raremask(
    own,
    'train',
    '--set',
    'train.optimizer={ use: sgd, beta1: 0.9 }',
  );
  expect(status).toBe(2);
  expect(stderr).toContain('there is no setting train.optimizer.with.beta1');
});

test('an optimizer that makes weights unusable is named after its first update, and nothing of it is saved', async () => {
  const own = project({
    'optimizer.ts': OPTIMIZER.replace(
      'tf.sign(gradient)',
      'tf.div(gradient, tf.zerosLike(gradient))',
    ),
  });
  const { status, stderr } = await raremask(own, 'train');
  expect(status).not.toBe(0);
  expect(stderr).toMatch(
    /train\.optimizer \(signs\): in epoch 1, step 1: after an update the weight .* is not finite, .*; RealDiv gave \S+, of numbers .* and 0, at .*optimizer\.ts:11:\d+\./,
  );
  expect(own.files('runs').filter((name) => name.endsWith('safetensors'))).toEqual([]);
});

test('an optimizer that makes weights unusable later is named by the step that meets them, not the loss', async () => {
  const own = project({
    'optimizer.ts': OPTIMIZER.replace(
      "slots: ['last'],",
      "slots: ['last'], numbers: (step) => ({ third: step === 3 ? 1e38 : 1 }),",
    )
      .replace('learningRate })', 'learningRate, numbers })')
      .replace(
        'tf.mul(tf.sign(gradient), learningRate)',
        'tf.mul(tf.mul(tf.sign(gradient), 1e5), tf.mul(learningRate, tf.sub(numbers.third, 1)))',
      ),
  });
  const { status, stderr } = await raremask(own, 'train');
  expect(status).not.toBe(0);
  expect(stderr).toMatch(
    /train\.optimizer \(signs\): by epoch 2, step 1: after an update the weight .* is not finite/,
  );
});

test('an optimizer that reads values, or keeps a tensor, is named with its line, and the run goes on', async () => {
  const besides = {
    'reading values of a tensor that depends on the input': 'gradient.dataSync()',
    'keeping a tensor of an earlier batch .*':
      'kept = tf.keep(kept ? tf.add(kept, tf.mean(gradient)) : tf.mean(gradient))',
  };
  for (const [says, besidesThat] of Object.entries(besides)) {
    const own = project({
      'optimizer.ts': OPTIMIZER.replace('create: () => ({', 'create: () => { let kept; return {')
        .replace('=> ({\n      weight:', `=> { ${besidesThat}; return {\n      weight:`)
        .replace('    }),\n  }),', '    }; },\n  }; },'),
    });
    const { status, stderr } = await raremask(own, 'train');
    expect(status, stderr).toBe(0);
    expect(stderr).toMatch(
      new RegExp(
        `not compiled: train\\.optimizer \\(signs\\): ${says}, at .*optimizer\\.ts:10:\\d+; it is computed`,
      ),
    );
  }
});

test('a running statistic that is not finite is the doing of the model', async () => {
  const made = createProject(MANIFEST.replace(/model: .*/, 'model: { use: ./own.ts }'));
  made.write(
    'own.ts',
    ownModel(
      `({ images, weights }) => ({
      logits: tf.conv2d(images as tf.Tensor4D, weights[0] as tf.Tensor4D, 1, 'same'),
      buffers: [tf.log(tf.sub(0, tf.mean(tf.abs(images))))],
    })`,
      `[{ name: 'spread', shape: [], initial: Float32Array.of(1), decay: false }]`,
    ),
  );
  const { status, stderr } = await raremask(made, 'train');
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /model \(own\): in epoch 1, step 1: after a step the running statistic spread is not finite, .*; Log gave NaN, of numbers -\S+, at .*own\.ts:\d+:\d+\. .*mend the model where it gives its buffers/,
  );
});

test('an optimizer with a slot of another shape, and a schedule that turns negative, are named with their places', async () => {
  const optimizer = project({
    'optimizer.ts': OPTIMIZER.replace('last: gradient', 'last: tf.mean(gradient)'),
  });
  const one = await raremask(optimizer, 'train');
  expect(one.status).not.toBe(0);
  expect(one.stderr).toMatch(
    /train\.optimizer \(signs\): the optimizer gave a slot last of another kind/,
  );
  const schedule = project({ 'schedule.ts': SCHEDULE.replace('0.5 **', '0.5 -') });
  const two = await raremask(schedule, 'train');
  expect(two.status).not.toBe(0);
  expect(two.stderr).toMatch(
    /train\.schedule \(halves\): the schedule gave an unusable factor, epoch 1\.00 of 2.*Got: -0\.5/,
  );
  // What was trained before is kept.
  expect(schedule.files('runs').some((name) => name.endsWith('last.safetensors'))).toBe(true);
});

const AUGMENTATION = (body: string) => `import { defineAugmentation, facts } from '@raremask/core';
import { z } from 'zod';

/** Lines of one intensity, as a scanner leaves them. */
export default defineAugmentation({
  name: 'stripes',
  api: 1,
  options: z.strictObject({ probability: z.number().min(0).max(1).default(0.5) }),
  needs: { facts },
  create: ({ probability }, { facts }) => ({
    window({ image, size, channels }, draw) {
      if (draw.next() >= probability) return;
      const width = size[size.length - 1] * channels;
      const first = draw.integer(0, image.length / width - 1) * width;
      image.fill(facts.channels * draw.normal(), first, first + width);
      ${body}
    },
  }),
});
`;

/** A project whose windows are changed in threads by a file beside the manifest. */
function striped(body = ''): Project {
  const own = createProject(
    MANIFEST.replace(
      'train: { epochs: 2, batch: 4, workers: 0 }',
      `train:
  epochs: 2
  batch: 4
  workers: 2
  augment: [flip-rotate, { use: ./stripes.ts, with: { probability: 1 } }, gamma]`,
    ),
  );
  own.write('stripes.ts', AUGMENTATION(body));
  return own;
}

furtherTest(
  'an augmentation of a TypeScript file changes windows in the threads, and in the main thread alike',
  async () => {
    const own = striped();
    const trained = async (...options: readonly string[]) => {
      const { status, stderr } = await raremask(own, 'train', ...options);
      expect(status, stderr).toBe(0);
    };
    await trained();
    await trained('--set', 'train.workers=0', '--out', 'runs/main');
    await trained(
      '--set',
      'train.augment=[flip-rotate, gamma]',
      '--set',
      'train.workers=0',
      '--out',
      'runs/other',
    );
    const losses = (run: string) => {
      const [head, ...epochs] = own.read(`runs/${run}/metrics.csv`).trim().split('\n');
      const column = head!.split(',').indexOf('loss');
      return epochs.map((line) => Number(line.split(',')[column]));
    };
    expect(losses('main')).toEqual(losses('tiny'));
    expect(losses('other')).not.toEqual(losses('tiny'));
    expect(own.read('runs/tiny/environment.json')).toContain('"./stripes.ts": "file"');
    expect(own.read('runs/tiny/manifest.resolved.yaml')).toMatch(
      /augment:\n {4}- use: flip-rotate # @raremask\/augmentations .*\n(.*\n){3} {4}- use: \.\/stripes\.ts\n/,
    );
  },
);

test('an augmentation that breaks a window stops the run with its place and the image', async () => {
  const { status, stderr } = await raremask(striped('image[0] = 1 / 0;'), 'train');
  expect(status).not.toBe(0);
  expect(stderr).toMatch(
    /train\.augment\[1\] \(stripes\): the augmentation breaks a window of scan\d+: image at index 0\. Expected: finite numbers\. Got: Infinity/,
  );
});
