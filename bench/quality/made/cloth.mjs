import { smooth } from './drawing.mjs';

const KINDS = 6;

/** Woven cloth, two places of each piece. */
export function* cloth(random) {
  const [side, pieces] = [640, 120];
  for (let piece = 0; piece < pieces; piece++) {
    const flawed = piece % 5 < 2;
    const kind = 1 + (Math.floor(piece / 5) % KINDS);
    const weave = {
      pitch: 6 + 4 * random.next(),
      turn: 0.12 * random.normal(),
      level: 0.3 + 0.4 * random.next(),
      depth: 0.06 + 0.08 * random.next(),
      striped: random.next() < 0.3 ? 60 + 80 * random.next() : 0,
    };
    for (const place of ['edge', 'middle']) {
      const picture = woven(random, side, weave);
      // Folds, and brighter threads that belong to the cloth, are no flaws.
      const folds = smooth(random, side, 150);
      for (let at = 0; at < side * side; at++) picture.image[at] += 0.06 * folds[at];
      if (flawed) {
        for (let flaw = random.integer(1, 3); flaw > 0; flaw--) {
          const other = random.next() < 0.3;
          draw(random, picture, weave, other ? random.integer(1, KINDS) : kind);
        }
      }
      for (let at = 0; at < side * side; at++) picture.image[at] += 0.025 * random.normal();
      yield {
        id: `piece${piece}_${place}`,
        group: `piece${piece}`,
        // All kinds in a row, since each takes five pieces.
        held: Math.floor(piece / (5 * KINDS)) % 4 === 3,
        side,
        image: picture.image,
        mask: picture.mask,
      };
    }
  }
}

/** Threads over and under each other; along and across are the places of a pixel among the threads. */
function woven(random, side, { pitch, turn, level, depth, striped }) {
  const image = new Float32Array(side * side);
  const warped = smooth(random, side, 90);
  const [cos, sin] = [Math.cos(turn) / pitch, Math.sin(turn) / pitch];
  for (let y = 0, at = 0; y < side; y++) {
    for (let x = 0; x < side; x++, at++) {
      const along = x * cos + y * sin + 0.3 * warped[at];
      const across = y * cos - x * sin + 0.3 * warped[at];
      const [u, v] = [Math.sin(Math.PI * along), Math.sin(Math.PI * across)];
      const over = (Math.floor(along) + Math.floor(across)) % 2 === 0 ? u * u : v * v;
      const stripe = striped > 0 && (y + 2 * x * turn) % striped < 2 * pitch ? 0.12 : 0;
      image[at] = level + stripe + depth * (2 * over - 1);
    }
  }
  return { side, image, mask: new Uint8Array(side * side) };
}

/** 1 hole, 2 knot, 3 missing thread, 4 doubled thread, 5 oil, 6 lint. */
function draw(random, picture, { pitch, turn }, kind) {
  const { side } = picture;
  const [x, y] = [30 + (side - 60) * random.next(), 30 + (side - 60) * random.next()];
  const strength = 0.6 + 0.4 * random.next();
  const point = [{ x, y }];
  const spot = (points, radius, value, most, soft = 1) =>
    dab(picture, points, radius, kind, value, most * strength, soft);
  if (kind === 1) spot(point, 2.2 + 3 * random.next(), 0.05, 0.9);
  else if (kind === 5) spot(point, 6 + 8 * random.next(), 0.15, 0.45, 5);
  else if (kind === 2) {
    const radius = 2.5 + 2.5 * random.next();
    spot([{ x: x + 1.5, y: y + 1.5 }], radius, 0.1, 0.5);
    spot(point, radius, 0.95, 0.8, radius);
  } else {
    const angle = kind === 6 ? 7 * random.next() : turn + (kind === 3 ? Math.PI / 2 : 0);
    const bend = kind === 6 ? 0.06 * random.normal() : 0;
    const line = bentLine(x, y, angle, bend, 15 + 30 * random.next());
    spot(line, kind === 6 ? 1.2 : 0.3 * pitch, kind === 3 ? 0.05 : 0.95, 0.7);
  }
}

/** Points of a line that bends, a pixel apart. */
function bentLine(x, y, angle, bend, length) {
  return Array.from({ length: Math.ceil(length) }, () => {
    x += Math.cos(angle);
    y += Math.sin(angle);
    angle += bend;
    return { x, y };
  });
}

/** Moves what lies within a radius of points towards a value, each pixel once, by less at a soft edge. */
function dab({ side, image, mask }, points, radius, kind, value, most, soft) {
  const inside = new Map();
  const reach = Math.ceil(radius + 1);
  for (const { x, y } of points) {
    for (let row = Math.floor(y) - reach; row <= y + reach; row++) {
      for (let column = Math.floor(x) - reach; column <= x + reach; column++) {
        if (row < 0 || column < 0 || row >= side || column >= side) continue;
        const deep = radius - Math.hypot(row - y, column - x);
        const at = row * side + column;
        if (deep >= 0) inside.set(at, Math.max(deep, inside.get(at) ?? 0));
      }
    }
  }
  for (const [at, deep] of inside) {
    mask[at] = kind;
    image[at] += most * Math.min(1, (deep + 0.3) / soft) * (value - image[at]);
  }
}
