import type { Tensor } from '@tensorflow/tfjs';
import { onlyImages } from '../errors.ts';
import type { Plan } from '../layers.ts';
import type { UnetOptions } from '../options.ts';
import type { Pass } from '../parameterList.ts';
import { efficientNetLite } from './efficientNetLite.ts';
import { resnet } from './resnet.ts';

/** The left half of the network. */
export interface Encoder {
  /** Channels of each level, the finest first, depth + 1 numbers; 0 where a level has no image. */
  readonly widths: readonly number[];
  /** Images [batch, ...space, channels] -> one image a level that has one, the finest first. */
  run(images: Tensor, pass: Pass): Tensor[];
}

/**
 * An encoder as others have published and trained it: every level halves the extent of the one before,
 * and the first already that of the images, so that the decoder's finest level has no skip connection.
 *
 * @throws RaremaskError for volumes
 */
export function publishedEncoder(
  plan: Plan,
  encoder: Exclude<UnetOptions['encoder'], 'own'>,
  channels: number,
  depth: number,
): Encoder {
  if (plan.space !== 2) throw onlyImages(encoder);
  const made =
    encoder === 'resnet18' || encoder === 'resnet34'
      ? resnet(plan, encoder, channels, depth)
      : efficientNetLite(plan, encoder, channels, depth);
  return {
    widths: [0, ...made.map(({ width }) => width)],
    run(images, pass) {
      const levels: Tensor[] = [];
      for (const { layers } of made) {
        const image = levels.at(-1) ?? images;
        levels.push(layers.reduce((x, layer) => layer([x], pass), image));
      }
      return levels;
    },
  };
}
