import { batchSize, defineSampler, facts, log, rng, survey } from '@raremask/core';
import { options } from './options.ts';
import { planSampler } from './sampler.ts';

export default defineSampler({
  name: 'sampler',
  api: 1,
  summary: 'Whole images or windows, at the natural prevalence or with a share of foreground',
  options,
  needs: { survey, rng, batchSize, facts, log },
  async create(chosen, services) {
    const plan = planSampler(chosen, {
      survey: await services.survey(),
      batchSize: services.batchSize,
      space: services.facts.space,
      random: services.rng,
    });
    const { batches, foregroundImages, emptyImages } = plan;
    const mean = (epoch: number) => +plan.foregroundInBatch(epoch).toFixed(2);
    const { foreground } = chosen;
    const inBatch =
      typeof foreground === 'object'
        ? `${mean(0)}, after ${foreground.epochs} epochs ${mean(foreground.epochs)},`
        : mean(0);
    services.log.info(
      `${batches} batches of ${services.batchSize} an epoch, ${inBatch} images with foreground in each on average ` +
        `(${foregroundImages} of ${foregroundImages + emptyImages} images have foreground)`,
    );
    return plan.sampler;
  },
});
