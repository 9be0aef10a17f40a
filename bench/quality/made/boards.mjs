import { box, disc } from './drawing.mjs';

/** Printed circuits. */
export function* boards(random) {
  const [side, count, pitch] = [320, 160, 20];
  for (let board = 0; board < count; board++) {
    const image = new Float32Array(side * side).fill(0.25 + 0.15 * random.next());
    const mask = new Uint8Array(side * side);
    const copper = 0.55 + 0.2 * random.next();
    const tracks = [];
    const drawn = () => copper;
    for (let row = 1; row < side / pitch - 1; row++) {
      let from = random.integer(0, 3);
      while (from < side / pitch - 3) {
        const to = Math.min(from + random.integer(3, 8), side / pitch - 1);
        const track = { y: row * pitch, from: from * pitch + 6, to: to * pitch };
        tracks.push(track);
        box(image, side, track.from, track.y - 2, track.to, track.y + 2, drawn);
        from = to + random.integer(1, 3);
      }
    }
    const pads = tracks.flatMap(({ y, from, to }) => [
      { x: from, y },
      { x: to, y },
    ]);
    const kind = board % 2 === 0 ? 1 + ((board / 2) % 4) : 0;
    const flaws = kind === 0 ? 0 : random.integer(1, 3);
    const undrilled = new Set();
    for (const { x, y } of pads) disc(image, side, x, y, 6, drawn);
    for (let flaw = 0; flaw < flaws; flaw++) {
      const track = tracks[random.integer(0, tracks.length - 1)];
      const x = random.integer(track.from + 12, Math.max(track.from + 12, track.to - 12));
      const bare = 0.3;
      if (kind === 1) {
        box(image, side, x - 2, track.y - 2, x + 3, track.y + 2, () => bare);
        box(mask, side, x - 2, track.y - 2, x + 3, track.y + 2, () => kind);
      } else if (kind === 2) {
        box(image, side, x - 1, track.y + 2, x + 2, track.y + pitch - 2, drawn);
        box(mask, side, x - 1, track.y + 2, x + 2, track.y + pitch - 2, () => kind);
      } else if (kind === 3) {
        disc(image, side, x, track.y - 4, 2.5, drawn);
        disc(mask, side, x, track.y - 4, 3, () => kind);
      } else {
        const pad = pads[random.integer(0, pads.length - 1)];
        undrilled.add(pad);
        disc(mask, side, pad.x, pad.y, 6, () => kind);
      }
    }
    for (const pad of pads) {
      if (!undrilled.has(pad)) disc(image, side, pad.x, pad.y, 2.5, () => 0.1);
    }
    const noise = 0.03 + 0.03 * random.next();
    for (let at = 0; at < image.length; at++) image[at] += noise * random.normal();
    yield {
      id: `board${board}`,
      group: `board${board}`,
      held: Math.floor(board / 8) % 4 === 3,
      side,
      image,
      mask,
    };
  }
}
