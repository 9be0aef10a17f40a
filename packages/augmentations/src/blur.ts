import { API, defineAugmentation } from '@raremask/core';
import { z } from 'zod';
import { probability } from './options.ts';

/** Averages neighbours in the plane of the last two axes with Gaussian weights. */
export default defineAugmentation({
  name: 'blur',
  api: API,
  summary: 'Blurs with a Gaussian, in the plane of the last two axes',
  options: z.strictObject({
    probability: probability(0.2),
    sigma: z.number().gt(0).max(50).default(1).describe('Largest width, in pixels'),
  }),
  create: ({ probability, sigma }) => ({
    window({ image, channels, size }, draw) {
      if (draw.next() >= probability) return;
      const weights = gaussian(sigma * (1 - draw.next()));
      const [height, width] = size.slice(-2) as [number, number];
      const plane = height * width * channels;
      const passed = new Float32Array(plane);
      for (let start = 0; start < image.length; start += plane) {
        const source = image.subarray(start, start + plane);
        const across = { lines: height, lineStep: width * channels, length: width, step: channels };
        const down = { lines: width, lineStep: channels, length: height, step: width * channels };
        average(source, passed, across, weights);
        average(passed, source, down, weights);
      }
    },
  }),
});

/** Weights from the middle outwards; both sides together add up to 1. */
function gaussian(sigma: number): Float64Array {
  const radius = Math.ceil(3 * sigma);
  const weights = Float64Array.from({ length: radius + 1 }, (_, distance) =>
    Math.exp(-(distance ** 2) / (2 * sigma ** 2)),
  );
  const sum = weights.reduce((all, weight, at) => all + (at === 0 ? weight : 2 * weight), 0);
  return weights.map((weight) => weight / sum);
}

/** How the lines along one axis of a plane lie in memory. */
interface Lines {
  readonly lines: number;
  readonly lineStep: number;
  /** Places of a line, `step` apart. */
  readonly length: number;
  readonly step: number;
}

/** Along one axis, in each of its lines; the ends are repeated. */
function average(
  from: Float32Array,
  to: Float32Array,
  { lines, lineStep, length, step }: Lines,
  weights: Float64Array,
): void {
  const radius = weights.length - 1;
  const others = from.length / (lines * length);
  for (let line = 0; line < lines; line++) {
    for (let other = 0; other < others; other++) {
      const start = line * lineStep + other;
      for (let at = 0; at < length; at++) {
        let sum = weights[0]! * from[start + at * step]!;
        for (let distance = 1; distance <= radius; distance++) {
          const before = Math.max(at - distance, 0);
          const after = Math.min(at + distance, length - 1);
          sum += weights[distance]! * (from[start + before * step]! + from[start + after * step]!);
        }
        to[start + at * step] = sum;
      }
    }
  }
}
