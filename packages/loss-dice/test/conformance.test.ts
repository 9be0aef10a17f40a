import { lossChecks } from '@raremask/conformance';
import { describe, test } from 'vitest';
import { subjects } from './losses.ts';
import { countTensors } from './tensors.ts';

const weighing = {
  expects: { missCostsMore: true, alarmOption: 'alarms', missOption: 'misses' },
};

countTensors();

describe.each(subjects.map((subject) => ({ name: subject.plugin.name, ...subject })))(
  '$name',
  ({ plugin, choices, spatial = false }) => {
    const options = spatial ? [{}] : [{}, { pool: 'batch', empty: 'smooth' }];
    const known = { options, local: !spatial, ...('alarms' in choices && weighing) };
    test.each(lossChecks(plugin, known))('$name', ({ run }) => run());
  },
);
