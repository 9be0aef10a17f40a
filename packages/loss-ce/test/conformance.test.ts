import { further } from '../../../test/further.ts';
import { describeConformance } from '../../loss-dice/test/kit.ts';
import { countTensors } from '../../loss-dice/test/tensors.ts';
import { subjects } from './losses.ts';

countTensors();

// The laws of this package draw these options as well, in laws.test.ts.
const chosen = further('laws with a batch pooled, and with weighted classes', [
  { pool: 'batch' },
  { classWeights: 'inverse', normalize: 'weights' },
]);

describeConformance(
  subjects.map(({ plugin, kind }) => ({ plugin, kind, options: [{}, ...chosen] })),
);
