import { disc } from './drawing.mjs';

/** Brushed metal, each part in two lights. */
export function* scratches(random) {
  const [side, parts] = [256, 140];
  for (let part = 0; part < parts; part++) {
    const flawed = part % 5 === 0;
    const grain = Float32Array.from({ length: side }, () => random.normal());
    const flaws = Array.from({ length: flawed ? 1 + Number(random.next() < 0.4) : 0 }, () => ({
      ...{ x: 40 + 176 * random.next(), y: 40 + 176 * random.next() },
      // Never along the grain.
      angle: (0.15 + 0.7 * random.next()) * Math.PI,
      bend: 0.01 * random.normal(),
      length: 30 + 90 * random.next(),
      depth: (random.next() < 0.5 ? -1 : 1) * (0.1 + 0.12 * random.next()),
    }));
    for (let light = 0; light < 2; light++) {
      const image = new Float32Array(side * side);
      const mask = new Uint8Array(side * side);
      const [level, slope, tilt] = [
        0.35 + 0.3 * random.next(),
        0.2 * random.normal(),
        random.next(),
      ];
      const moved = 4 * (random.next() - 0.5);
      for (let y = 0, at = 0; y < side; y++) {
        for (let x = 0; x < side; x++, at++) {
          const ramp = slope * ((x / side - 0.5) * tilt + (y / side - 0.5) * (1 - tilt));
          image[at] = level + ramp + 0.03 * grain[y] + 0.03 * random.normal();
        }
      }
      // Dust, and marks along the grain, are no flaws.
      for (let count = random.integer(2, 6); count > 0; count--) {
        disc(
          image,
          side,
          side * random.next(),
          side * random.next(),
          1 + 1.5 * random.next(),
          (old) => old - 0.2,
        );
      }
      for (let count = random.integer(0, 2); count > 0; count--) {
        const [y, from] = [random.integer(4, side - 5), random.integer(0, side / 2)];
        for (let x = from; x < from + 60; x++) image[y * side + x] += 0.15;
      }
      for (const { x, y, angle, bend, length, depth } of flaws) {
        let [px, py, direction] = [x + moved, y + moved, angle];
        for (let step = 0; step < length; step += 0.5, direction += bend / 2) {
          px += Math.cos(direction) / 2;
          py += Math.sin(direction) / 2;
          const fade = depth * Math.min(1, step / 8, (length - step) / 8);
          disc(image, side, px, py, 0.8, (old) => old + fade / 3);
          disc(mask, side, px, py, 1.5, () => 255);
        }
      }
      yield {
        id: `part${part}_light${light}`,
        group: `part${part}`,
        held: Math.floor(part / 5) % 4 === 3,
        side,
        image,
        mask,
      };
    }
  }
}
