import { census, defineModel, facts, log, rng } from '@raremask/core';
import { describe } from './describe.ts';
import { lastBias } from './lastBias.ts';
import { options } from './options.ts';
import { unet } from './unet.ts';

export { describe, type ModelDescription } from './describe.ts';

export default defineModel({
  name: 'unet',
  api: 1,
  summary: 'U-Net: an encoder and a decoder with skip connections at every level',
  options,
  needs: { facts, census, rng, log },
  async create(chosen, services) {
    const bias = await lastBias(chosen.lastBias, services.facts, services.census);
    const model = unet(chosen, services.facts, services.rng, bias);
    const { parameters } = describe(model);
    services.log.info(
      `${parameters.toLocaleString('en')} parameters; extents in multiples of ${2 ** chosen.depth}`,
    );
    return model;
  },
});
