import { type Dataset, defineDataset, RaremaskError, type Sample } from '@raremask/core';

/** Labels of 3 x 4 pixels, drawn; `.` is background, `?` has not been judged. */
const PICTURES: Readonly<Record<string, string>> = {
  'p1/a': '.....##.....',
  'p1/b': '............',
  'p2/a': '##?.##......',
  'p2/b': '.........***',
};

const LABELS: Readonly<Record<string, number>> = { '.': 0, '#': 1, '*': 2, '?': 255 };

function unknownId(id: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_MEMORY_ID',
    category: 'data',
    where: 'memory',
    what: `no picture is called ${id}`,
  });
}

/** A sample of the pictures above: an image of two channels, labels and a weight. */
export function pictured(id: string): Sample {
  const picture = PICTURES[id];
  if (picture === undefined) throw unknownId(id);
  const labels = Uint8Array.from(picture, (sign) => LABELS[sign]!);
  return {
    id,
    size: [3, 4],
    image: Float32Array.from({ length: 24 }, (_, at) => Math.sin(at + id.charCodeAt(3))),
    labels,
    weight: new Float32Array(12).fill(1),
  };
}

/** A data set in memory, from which the faulty ones are made. */
export function memory(): Dataset {
  return {
    facts: {
      space: 2,
      channels: 2,
      classes: [
        { name: 'background', value: 0 },
        { name: 'scratch', value: 100 },
        { name: 'dent', value: 200 },
      ],
      overlapping: false,
      spacing: [0.5, 0.5],
    },
    ids: Object.keys(PICTURES),
    group: (id) => id.split('/')[0],
    read: async (id) => pictured(id),
    fingerprint: async (id) => PICTURES[id]!,
    files: (id) => ({ image: `/memory/${id}.png` }),
    dispose() {},
  };
}

export default defineDataset({
  name: 'memory',
  api: 1,
  create: memory,
  openImages(path) {
    if (path.endsWith('here')) throw unknownId(path);
    return {
      ...memory(),
      async read(id) {
        const { labels: _, ...sample } = pictured(id);
        return sample;
      },
    };
  },
});
