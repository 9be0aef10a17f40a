import { lossChecks } from '@raremask/conformance';
import { describe, test } from 'vitest';
import { further } from '../../../test/further.ts';
import { countTensors } from '../../loss-dice/test/tensors.ts';
import { subjects } from './losses.ts';

countTensors();

// The laws of this package draw these options as well, in laws.test.ts.
const chosen = further('laws with a batch pooled, and with weighted classes', [
  { pool: 'batch' },
  { classWeights: 'inverse', normalize: 'weights' },
]);

describe.each(subjects.map(({ plugin }) => ({ name: plugin.name, plugin })))(
  '$name',
  ({ plugin }) => {
    test.each(lossChecks(plugin, { options: [{}, ...chosen] }))('$name', ({ run }) => run());
  },
);
