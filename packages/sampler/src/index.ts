import { batchSize, defineSampler, facts, log, rng, survey } from '@raremask/core';
import { options, type SamplerOptions } from './options.ts';
import { type Planned, planSampler } from './sampler.ts';

export default defineSampler({
  name: 'sampler',
  api: 1,
  summary:
    'Whole images or windows: a share of foreground, at least k of them, balanced classes, hard negatives',
  options,
  needs: { survey, rng, batchSize, facts, log },
  async create(chosen, services) {
    const plan = planSampler(chosen, {
      survey: await services.survey(),
      batchSize: services.batchSize,
      facts: services.facts,
      random: services.rng,
      warn: (text) => services.log.warn(text),
    });
    services.log.info(describe(chosen, plan, services.batchSize));
    return plan.sampler;
  },
});

function describe(
  { foreground, emptyImages }: SamplerOptions,
  plan: Planned,
  batchSize: number,
): string {
  const { foregroundImages, classes } = plan;
  const images = foregroundImages + plan.emptyImages;
  const mean = (epoch: number) => +plan.foregroundInBatch(epoch).toFixed(2);
  const changing = [foreground, emptyImages].find((share) => typeof share === 'object');
  const batches = (epoch: number) => `${plan.batches(epoch)} batches of ${batchSize} an epoch`;
  const inBatch = changing
    ? `${mean(0)}, after ${epochsText(changing.epochs)} ${mean(changing.epochs)},`
    : mean(0);
  const later =
    typeof emptyImages === 'object' && chosenLengthChanges(plan, emptyImages.epochs)
      ? `, after ${epochsText(emptyImages.epochs)} ${plan.batches(emptyImages.epochs)}`
      : '';
  const balanced = classes.map(
    ({ name, images: own, drawn }) => `${name} (in ${own} of them) in ${percent(drawn)}`,
  );
  return (
    `${batches(0)}${later}, ${inBatch} images with foreground in each on average ` +
    `(${foregroundImages} of ${images} images have foreground)` +
    (balanced.length > 0 ? `; of those drawn, ${balanced.join(', ')}` : '')
  );
}

function epochsText(count: number): string {
  return count === 1 ? '1 epoch' : `${count} epochs`;
}

function chosenLengthChanges(plan: Planned, epoch: number): boolean {
  return plan.batches(0) !== plan.batches(epoch);
}

function percent(share: number): string {
  return `${+(100 * share).toPrecision(2)} %`;
}
