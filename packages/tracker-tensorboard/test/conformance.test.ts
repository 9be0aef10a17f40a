import { trackerChecks } from '@raremask/conformance';
import { test } from 'vitest';
import tensorboard from '../src/index.ts';

test.each(trackerChecks(tensorboard, { options: [{}, { histograms: 1, images: 2 }] }))(
  '$name',
  ({ run }) => run(),
);
