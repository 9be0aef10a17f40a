import { expect, it } from 'vitest';
import type { Grid } from '../src/cases/grid.ts';
import { KeptGrids } from '../src/cases/keptGrids.ts';

/** A case of so many bytes: four for each voxel, one for its label. */
function grid(voxels: number): Grid {
  const labels = new Uint8Array(voxels);
  return { extent: [voxels, 1, 1], channels: 1, image: new Float32Array(voxels), labels };
}

/** Asks for cases one after the other; says which of them were read. */
async function asked(kept: KeptGrids, ids: string, voxels = 2): Promise<string> {
  let read = '';
  for (const id of ids) {
    await kept.get(id, async () => {
      read += id;
      return grid(voxels);
    });
  }
  return read;
}

it('keeps as many cases as there is memory for, the latest ones', async () => {
  // 10 bytes a case: three fit.
  const kept = new KeptGrids(30);
  expect(await asked(kept, 'abcabc')).toBe('abc');
  // d takes the place of a, which was not asked for the longest; then a that of c, since b was asked for.
  expect(await asked(kept, 'dbab')).toBe('da');
  expect(await asked(kept, 'dc')).toBe('c');
});

it('keeps two cases however large they are', async () => {
  const kept = new KeptGrids(30);
  expect(await asked(kept, 'abab', 1000)).toBe('ab');
  expect(await asked(kept, 'cb', 1000)).toBe('c');
});

it('reads a case once for all that ask at the same time, and anew after a failure', async () => {
  const kept = new KeptGrids();
  let reads = 0;
  const read = async () => {
    reads++;
    if (reads === 1) throw new Error('not yet');
    return grid(1);
  };
  const both = await Promise.allSettled([kept.get('a', read), kept.get('a', read)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(reads).toBe(1);
  await kept.get('a', read);
  expect(reads).toBe(2);
});

it('has nothing any more once it is cleared', async () => {
  const kept = new KeptGrids();
  await asked(kept, 'a');
  kept.clear();
  expect(await asked(kept, 'a')).toBe('a');
});
