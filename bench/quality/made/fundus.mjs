import { Picture, smooth } from './drawing.mjs';

/** The back of the eye. */
export function* fundus(random) {
  const [side, patients] = [448, 60];
  for (let patient = 0; patient < patients; patient++) {
    const ill = patient % 2 === 0;
    const skin = [
      0.6 + 0.2 * random.next(),
      0.28 + 0.12 * random.next(),
      0.1 + 0.08 * random.next(),
    ];
    for (const eye of ['left', 'right']) {
      const picture = new Picture(side);
      const mask = new Uint8Array(side * side);
      const [broad, fine] = [120, 9].map((pitch) => smooth(random, side, pitch));
      const [middle, radius] = [side / 2, 0.47 * side];
      const light = {
        x: side * (0.4 + 0.2 * random.next()),
        y: side * (0.4 + 0.2 * random.next()),
      };
      for (let at = 0; at < side * side; at++) {
        const [x, y] = [at % side, Math.floor(at / side)];
        const fall = 1.08 - 0.9 * (((x - light.x) ** 2 + (y - light.y) ** 2) / side ** 2);
        picture.mix(
          at,
          skin.map((value) => value * (fall + 0.08 * broad[at] + 0.05 * fine[at])),
          1,
        );
      }
      const disc = { x: side * (eye === 'left' ? 0.24 : 0.76), y: middle + 20 * random.normal() };
      spot(random, picture, disc, 0.07 * side, [0.98, 0.85, 0.55], 0.85);
      const vessel = [0.45, 0.1, 0.06];
      for (let branch = 0; branch < 8; branch++) {
        vessels(random, picture, disc, branch * (Math.PI / 4) + 0.3 * random.normal(), 4, vessel);
      }
      for (let reflex = random.integer(0, 3); reflex > 0; reflex--) {
        spot(random, picture, within(random, side), 6 + 10 * random.next(), [0.9, 0.7, 0.5], 0.2);
      }
      if (ill) lesions(random, picture, mask);
      for (let at = 0; at < side * side; at++) {
        const outside = Math.hypot((at % side) - middle, Math.floor(at / side) - middle) > radius;
        if (outside) {
          mask[at] = 0;
          picture.mix(at, [0.01, 0.01, 0.01], 1);
        }
        for (let channel = 0; channel < 3; channel++) {
          picture.data[3 * at + channel] += 0.012 * random.normal();
        }
      }
      yield {
        id: `patient${patient}_${eye}`,
        group: `patient${patient}`,
        held: Math.floor(patient / 2) % 4 === 3,
        side,
        image: picture.data,
        mask,
      };
    }
  }
}

function within(random, side) {
  const [angle, far] = [2 * Math.PI * random.next(), 0.42 * side * Math.sqrt(random.next())];
  return { x: side / 2 + far * Math.cos(angle), y: side / 2 + far * Math.sin(angle) };
}

/** Lesions of up to three classes; some patients have few. */
function lesions(random, picture, mask) {
  const { side } = picture;
  const kinds = [
    {
      kind: 1,
      most: 8,
      size: () => 1.3 + 1.2 * random.next(),
      colour: [0.42, 0.07, 0.05],
      often: 0.8,
    },
    { kind: 2, most: 4, size: () => 4 + 8 * random.next(), colour: [0.33, 0.05, 0.04], often: 0.5 },
    {
      kind: 3,
      most: 6,
      size: () => 2.5 + 5 * random.next(),
      colour: [0.97, 0.83, 0.4],
      often: 0.5,
    },
  ];
  for (const { kind, most, size, colour, often } of kinds) {
    if (random.next() > often) continue;
    for (let count = random.integer(1, most); count > 0; count--) {
      const strength = 0.45 + 0.45 * random.next();
      spot(random, picture, within(random, side), size(), colour, strength, (at) => {
        mask[at] = kind;
      });
    }
  }
}

/** A blot with an uneven edge. */
function spot(random, picture, { x, y }, size, colour, strength, marked = () => undefined) {
  const { side } = picture;
  const waves = [2, 3, 5].map((turns) => ({
    turns,
    high: (0.22 * random.normal()) / turns ** 0.5,
    at: 7 * random.next(),
  }));
  const reach = Math.ceil(2 * size + 2);
  for (let row = Math.max(0, Math.round(y) - reach); row < Math.min(side, y + reach); row++) {
    for (
      let column = Math.max(0, Math.round(x) - reach);
      column < Math.min(side, x + reach);
      column++
    ) {
      const angle = Math.atan2(row - y, column - x);
      const edge =
        size *
        waves.reduce((sum, { turns, high, at }) => sum + high * Math.sin(turns * angle + at), 1);
      const inside = edge - Math.hypot(row - y, column - x);
      if (inside < -1) continue;
      picture.mix(row * side + column, colour, strength * Math.min(1, (inside + 1) / 2));
      if (inside >= 0) marked(row * side + column);
    }
  }
}

/** A vessel that grows thinner, bends and branches. */
function vessels(random, picture, { x, y }, angle, width, colour) {
  const { side } = picture;
  let [px, py, direction, bend] = [x, y, angle, 0];
  const length = 40 * width;
  for (let step = 0; step < length; step++) {
    bend = 0.9 * bend + 0.008 * random.normal();
    direction += bend;
    px += Math.cos(direction);
    py += Math.sin(direction);
    const half = Math.max(0.6, (width / 2) * (1 - (0.5 * step) / length));
    for (let row = Math.floor(py - half - 1); row <= py + half + 1; row++) {
      for (let column = Math.floor(px - half - 1); column <= px + half + 1; column++) {
        if (row < 0 || column < 0 || row >= side || column >= side) continue;
        const inside = half - Math.hypot(row - py, column - px);
        if (inside > -1) picture.mix(row * side + column, colour, 0.35 * Math.min(1, inside + 1));
      }
    }
    if (width > 1.4 && random.next() < 0.02) {
      const turn = random.next() < 0.5 ? -1 : 1;
      vessels(
        random,
        picture,
        { x: px, y: py },
        direction + turn * (0.4 + 0.3 * random.next()),
        width * 0.65,
        colour,
      );
    }
  }
}
