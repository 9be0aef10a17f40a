import { augmentationChecks } from '@raremask/conformance';
import type { AugmentationPlugin } from '@raremask/core';
import { describe, test } from 'vitest';
import blur from '../src/blur.ts';
import brightness from '../src/brightness.ts';
import contrast from '../src/contrast.ts';
import cutout from '../src/cutout.ts';
import elastic from '../src/elastic.ts';
import flipRotate from '../src/flipRotate.ts';
import gamma from '../src/gamma.ts';
import noise from '../src/noise.ts';
import paste from '../src/paste.ts';
import scale from '../src/scale.ts';
import turn from '../src/turn.ts';

const plugins: readonly AugmentationPlugin[] = [
  blur,
  brightness,
  contrast,
  cutout,
  elastic,
  gamma,
  noise,
  paste,
  scale,
  turn,
];

describe.each(plugins)('$name', (plugin) => {
  const options = [{}, { probability: 1 }];
  test.each(augmentationChecks(plugin, { options }))('$name', ({ run }) => run());
});

describe('flip-rotate', () => {
  const options = [{}, { flip: 0.3, rotate: 0.6 }, { flip: false }];
  test.each(augmentationChecks(flipRotate, { options }))('$name', ({ run }) => run());
});
