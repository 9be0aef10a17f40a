import type { Project } from './project.ts';

/** A header of NIfTI-1, 16 x 16 x 4 voxels of uint8 that are 1 x 1 x 3 mm, and what the function says. */
function volume(value: (x: number, y: number, z: number) => number): Uint8Array {
  const bytes = new Uint8Array(352 + 16 * 16 * 4);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, 348, true);
  for (const [at, extent] of [3, 16, 16, 4].entries()) view.setInt16(40 + 2 * at, extent, true);
  view.setInt16(70, 2, true);
  for (const [at, size] of [1, 1, 1, 3].entries()) view.setFloat32(76 + 4 * at, size, true);
  view.setFloat32(108, 352, true);
  bytes.set(new TextEncoder().encode('n+1'), 344);
  let at = 352;
  for (let z = 0; z < 4; z++) {
    for (let y = 0; y < 16; y++) for (let x = 0; x < 16; x++) bytes[at++] = value(x, y, z);
  }
  return bytes;
}

/** Six cases in the raw layout of nnU-Net: a square in the middle slices of every second one. */
export function writeVolumes(project: Project): void {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
  for (const [index, id] of ids.entries()) {
    const inside = (x: number, y: number, z: number) =>
      index % 2 === 0 && z > 0 && z < 3 && x > 4 && x < 9 && y > 5 && y < 11;
    project.write(
      `set/imagesTr/${id}_0000.nii`,
      volume(
        (x, y, z) => (inside(x, y, z) ? 180 : 40) + ((x * 5 + y * 11 + z * 7 + index * 3) % 29),
      ),
    );
    project.write(
      `set/labelsTr/${id}.nii`,
      volume((x, y, z) => (inside(x, y, z) ? 1 : 0)),
    );
  }
  project.write(
    'set/imagesTs/t_0000.nii',
    volume((x, y) => (x * 5 + y * 11) % 29),
  );
  project.write(
    'set/dataset.json',
    JSON.stringify({
      channel_names: { 0: 'CT' },
      labels: { background: 0, nodule: 1 },
      numTraining: ids.length,
      file_ending: '.nii',
    }),
  );
}
