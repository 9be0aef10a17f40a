import { lossChecks } from '@raremask/conformance';
import { describe, test } from 'vitest';
import { countTensors } from '../../loss-dice/test/tensors.ts';
import { subjects } from './losses.ts';

countTensors();

describe.each(subjects.map(({ plugin }) => ({ name: plugin.name, plugin })))(
  '$name',
  ({ plugin }) => {
    const options = [{}, { pool: 'batch' }, { classWeights: 'inverse', normalize: 'weights' }];
    test.each(lossChecks(plugin, { options }))('$name', ({ run }) => run());
  },
);
