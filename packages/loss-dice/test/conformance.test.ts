import { lossChecks } from '@raremask/conformance';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, test } from 'vitest';
import { subjects } from './losses.ts';

beforeAll(() => tf.setBackend('cpu'));

describe.each(subjects.map((subject) => ({ name: subject.plugin.name, subject })))(
  '$name',
  ({ subject }) => {
    // A prediction of 1/2 everywhere has no outline, and Hausdorff weighs errors by both outlines.
    const left = subject.plugin.name === 'hausdorff' ? 'costs less for a better prediction' : '';
    const checks = lossChecks(subject.plugin, { local: !subject.spatial });
    test.each(checks.filter(({ name }) => name !== left))('$name', ({ run }) => run());
  },
);
