import { type DatasetFacts, defineDataset, type Sample } from '@raremask/core';

export const spotFacts: DatasetFacts = {
  space: 2,
  channels: 1,
  classes: [
    { name: 'background', value: 0 },
    { name: 'spot', value: 1 },
  ],
  overlapping: false,
};

/** `spot/N`: 3 x 3 pixels of 50 on 10, in a place of its own. `empty/N`: 20 everywhere. */
export function spotSample(id: string): Sample {
  const [kind, number] = id.split('/');
  const side = 16;
  const image = new Uint8Array(side * side).fill(kind === 'spot' ? 10 : 20);
  const labels = new Uint8Array(side * side);
  if (kind === 'spot') {
    const top = 2 + (Number(number) % 10);
    const left = 2 + ((Number(number) * 3) % 10);
    for (let y = top; y < top + 3; y++) {
      image.fill(50, y * side + left, y * side + left + 3);
      labels.fill(1, y * side + left, y * side + left + 3);
    }
  }
  return { id, size: [side, side], image, labels };
}

export default defineDataset({
  name: 'spots',
  api: 1,
  summary: 'Squares in known places',
  create: () => ({
    facts: spotFacts,
    ids: [],
    group: () => undefined,
    read: async (id: string) => spotSample(id),
  }),
});
