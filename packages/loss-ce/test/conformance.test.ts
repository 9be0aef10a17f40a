import { lossChecks } from '@raremask/conformance';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, test } from 'vitest';
import { subjects } from './losses.ts';

beforeAll(() => tf.setBackend('cpu'));

describe.each(subjects.map(({ plugin }) => ({ name: plugin.name, plugin })))(
  '$name',
  ({ plugin }) => {
    const options = [{}, { classWeights: 'inverse' }, { pool: 'batch' }];
    test.each(lossChecks(plugin, { options }))('$name', ({ run }) => run());
  },
);
