import { census, defineModel, facts, rng } from '@raremask/core';
import { lastBias } from './lastBias.ts';
import { options, resolved } from './options.ts';
import { unet } from './unet.ts';

export { describe, type ModelDescription } from './describe.ts';

export default defineModel({
  name: 'unet',
  api: 1,
  summary: 'U-Net: an encoder and a decoder with skip connections at every level',
  options,
  needs: { facts, census, rng },
  async create(chosen, services) {
    const bias = await lastBias(chosen.lastBias, services.facts, services.census);
    return unet(resolved(chosen), services.facts, services.rng, bias);
  },
});
