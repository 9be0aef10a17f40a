import { further } from '../../../test/further.ts';
import { describeConformance } from './kit.ts';
import { subjects } from './losses.ts';
import { countTensors } from './tensors.ts';

const weighing = {
  expects: { missCostsMore: true, alarmOption: 'alarms', missOption: 'misses' },
};

countTensors();

// The laws of this package draw these options as well, in laws.test.ts.
const pooled = further('laws with a batch pooled and smoothed', [
  { pool: 'batch', empty: 'smooth' },
]);

describeConformance(
  subjects.map(({ plugin, kind, choices, spatial = false }) => ({
    plugin,
    kind,
    options: [{}, ...(spatial ? [] : pooled)],
    local: !spatial,
    ...('alarms' in choices && weighing),
  })),
);
