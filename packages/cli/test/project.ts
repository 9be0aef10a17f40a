import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { encode } from 'fast-png';
import { onTestFinished } from 'vitest';

const packages = join(import.meta.dirname, '..', '..');
const core = join(packages, 'core', 'node_modules');

/** Width and height of the images. */
export const SIZE = 16;

/** A folder with a manifest, a data set and the plugins, as a user has it. */
export interface Project {
  readonly folder: string;
  /** Absolute path of something in the project. */
  at(...parts: readonly string[]): string;
  write(path: string, content: string | Uint8Array): string;
  read(path: string): string;
  /** Every file below a folder, sorted. */
  files(path: string): string[];
}

/** A project of an epoch's seconds: twelve images, half of them empty. Gone when the test ends. */
export function createProject(manifest: string = MANIFEST): Project {
  const project = emptyProject();
  project.write('raremask.yaml', manifest);
  writeImages(project);
  return project;
}

/** A folder in which the plugins resolve, and nothing else. */
export function emptyProject(): Project {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'raremask-cli-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@raremask'), { recursive: true });
  mkdirSync(join(modules, '@tensorflow'));
  for (const name of readdirSync(packages)) {
    if (name !== 'cli') symlinkSync(join(packages, name), join(modules, '@raremask', name));
  }
  symlinkSync(join(core, '@tensorflow', 'tfjs'), join(modules, '@tensorflow', 'tfjs'));
  symlinkSync(join(core, 'zod'), join(modules, 'zod'));
  const at = (...parts: readonly string[]) => join(folder, ...parts);
  return {
    folder,
    at,
    write(path, content) {
      mkdirSync(dirname(at(path)), { recursive: true });
      writeFileSync(at(path), content);
      return at(path);
    },
    read: (path) => readFileSync(at(path), 'utf8'),
    files: (path) =>
      readdirSync(at(path), { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(at(path).length + 1))
        .toSorted(),
  };
}

const IMAGES = Array.from({ length: 12 }, (_, index) => `scan${`${index}`.padStart(2, '0')}`);

/** Images 0 to 7 train, 8 to 10 validate, 11 tests; those of even number have a bright square. */
function writeImages(project: Project): void {
  for (const [index, id] of IMAGES.entries()) {
    const left = 2 + index;
    const inside = (x: number, y: number) =>
      index % 2 === 0 && x >= left % 10 && x < (left % 10) + 4 && y >= 5 && y < 10;
    project.write(
      `data/images/${id}.png`,
      grey((x, y) => (inside(x, y) ? 200 : 60) + ((x * 7 + y * 13 + index * 5) % 31)),
    );
    project.write(
      `data/masks/${id}.png`,
      grey((x, y) => (inside(x, y) ? 255 : 0)),
    );
  }
  const list = (from: number, to: number) => `${IMAGES.slice(from, to).join('\n')}\n`;
  project.write('train.txt', list(0, 8));
  project.write('val.txt', list(8, 11));
  project.write('test.txt', list(11, 12));
}

/** An 8-bit grey PNG from a value for each pixel. */
export function grey(
  value: (x: number, y: number) => number,
  width = SIZE,
  height = SIZE,
): Uint8Array {
  const data = Uint8Array.from({ length: width * height }, (_, pixel) =>
    value(pixel % width, Math.floor(pixel / width)),
  );
  return encode({ width, height, data, channels: 1, depth: 8 });
}

/** Two epochs of two steps on a network of two filters. */
export const MANIFEST = `name: tiny
seed: 7
data:
  use: "@raremask/dataset-images"
  with: { root: data, images: "images/*.png", masks: "masks/{id}.png", classes: { background: 0, nodule: 255 } }
  split: { train: train.txt, validation: val.txt, test: test.txt }
model: { use: "@raremask/unet", with: { filters: 2, depth: 1 } }
loss:
  - { use: "@raremask/loss-dice", with: { pool: batch } }
  - { use: "@raremask/loss-ce" }
train: { epochs: 2, batch: 4, workers: 0 }
`;
