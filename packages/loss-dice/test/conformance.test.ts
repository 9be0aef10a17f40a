import { lossChecks } from '@raremask/conformance';
import { describe, test } from 'vitest';
import { further } from '../../../test/further.ts';
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

describe.each(subjects.map((subject) => ({ name: subject.plugin.name, ...subject })))(
  '$name',
  ({ plugin, choices, spatial = false }) => {
    const options = [{}, ...(spatial ? [] : pooled)];
    const known = { options, local: !spatial, ...('alarms' in choices && weighing) };
    test.each(lossChecks(plugin, known))('$name', ({ run }) => run());
  },
);
