import { Picture, smooth } from './drawing.mjs';

/** The sea from above. */
export function* ships(random) {
  const [side, scenes] = [320, 60];
  for (let scene = 0; scene < scenes; scene++) {
    const sea = [
      0.05 + 0.15 * random.next(),
      0.2 + 0.2 * random.next(),
      0.3 + 0.25 * random.next(),
    ];
    const swell = 0.02 + 0.05 * random.next();
    const foamy = random.next() < 0.5 ? 0.55 + 0.25 * random.next() : 1;
    const cloudy = random.next() < 0.4;
    for (let tile = 0; tile < 4; tile++) {
      const picture = new Picture(side);
      const mask = new Uint8Array(side * side);
      const [broad, waves, fine, clouds] = [90, 14, 5, 70].map((pitch) =>
        smooth(random, side, pitch),
      );
      const coast = random.next() < 0.15 ? side * (0.1 + 0.25 * random.next()) : -side;
      const land = [0.35, 0.33, 0.25].map((value) => value + 0.1 * random.next());
      for (let at = 0; at < side * side; at++) {
        const level = swell * (waves[at] + 0.6 * fine[at]) + 0.04 * broad[at];
        picture.mix(
          at,
          sea.map((value) => value + level),
          1,
        );
        if (waves[at] * 0.6 + fine[at] * 0.5 > foamy) picture.mix(at, [0.85, 0.9, 0.9], 0.7);
        if ((at % side) + 30 * broad[at] + 8 * waves[at] < coast) {
          picture.mix(
            at,
            land.map((value) => value + 0.2 * fine[at]),
            1,
          );
          mask[at] = 1;
        }
      }
      const count = random.next() < 0.4 ? random.integer(1, 4) : 0;
      for (let ship = 0; ship < count; ship++) oneShip(random, picture, mask);
      for (let at = 0; at < side * side; at++) {
        // Ashore nothing is a ship.
        if (mask[at] === 1) mask[at] = 0;
        if (cloudy) picture.mix(at, [0.93, 0.94, 0.95], 0.75 * Math.max(0, clouds[at] - 0.25));
        for (let channel = 0; channel < 3; channel++) {
          picture.data[3 * at + channel] += 0.015 * random.normal();
        }
      }
      yield {
        id: `scene${scene}_tile${tile}`,
        group: `scene${scene}`,
        held: scene % 4 === 3,
        side,
        image: picture.data,
        mask,
      };
    }
  }
}

/** One ship with its wake, which is no part of it. Where the coast lies (1 in the mask), none is drawn. */
function oneShip(random, picture, mask) {
  const { side } = picture;
  const length = 6 * Math.exp(1.9 * random.next());
  const width = Math.max(2.5, length * (0.2 + 0.12 * random.next()));
  const [x, y] = [24 + (side - 48) * random.next(), 24 + (side - 48) * random.next()];
  if (mask[Math.round(y) * side + Math.round(x)] === 1) return;
  const angle = 2 * Math.PI * random.next();
  const [ahead, across] = [Math.cos(angle), Math.sin(angle)];
  const shade = 0.35 + 0.6 * random.next();
  const hull = [shade, shade * (0.8 + 0.25 * random.next()), shade * (0.75 + 0.3 * random.next())];
  const wake = random.next() < 0.6 ? length * (1 + 2 * random.next()) : 0;
  const reach = Math.ceil(length / 2 + wake);
  for (let row = Math.max(0, Math.round(y) - reach); row < Math.min(side, y + reach); row++) {
    for (
      let column = Math.max(0, Math.round(x) - reach);
      column < Math.min(side, x + reach);
      column++
    ) {
      const [dx, dy] = [column - x, row - y];
      const along = dx * ahead + dy * across;
      const beside = Math.abs(dy * ahead - dx * across);
      const at = row * side + column;
      const behind = -along - length / 2;
      if (behind > 0 && behind < wake && Math.abs(beside - 0.2 * behind) < 1.2) {
        picture.mix(at, [0.8, 0.85, 0.86], 0.6 * (1 - behind / wake));
      }
      // The bow is pointed.
      const half = (width / 2) * Math.min(1, (length / 2 - along) / (0.3 * length));
      if (Math.abs(along) <= length / 2 && beside <= half) {
        const deck = 0.85 + 0.3 * Number(Math.sin(along) > 0.3);
        picture.mix(
          at,
          hull.map((value) => value * deck),
          0.95,
        );
        mask[at] = 255;
      }
    }
  }
}
