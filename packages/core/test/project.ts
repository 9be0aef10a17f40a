import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

const root = join(import.meta.dirname, '..');

/** A folder of its own, gone when the test ends. */
export interface Project {
  readonly folder: string;
  /** Writes a file and gives its path. */
  write(path: string, text: string): string;
  /** Installs a package of one module; `body` sees `core`, `tf` and `z`. */
  install(name: string, body: string, fields?: object): void;
  /** Puts core, tfjs and zod into node_modules, as npm would. */
  link(...names: readonly string[]): void;
}

export function temporaryProject(): Project {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'raremask-core-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const write = (path: string, text: string) => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  return {
    folder,
    write,
    install(name, body, fields = {}) {
      const at = `node_modules/${name}`;
      const file = {
        name,
        version: '1.2.3',
        type: 'module',
        exports: { '.': './index.js' },
        raremask: { plugins: ['.'] },
        ...fields,
      };
      write(`${at}/package.json`, JSON.stringify(file));
      write(`${at}/index.js`, PREFACE + body);
    },
    link(...names) {
      for (const name of names) {
        const target = name === '@raremask/core' ? root : join(root, 'node_modules', name);
        const link = join(folder, 'node_modules', name);
        mkdirSync(dirname(link), { recursive: true });
        symlinkSync(target, link);
      }
    },
  };
}

const PREFACE = `import * as core from '@raremask/core';\nimport { z } from 'zod';\n`;

/** A project with core, zod, and a small plugin of every kind under the names of the usual ones. */
export function usualProject(): Project {
  const project = temporaryProject();
  project.link('@raremask/core', '@tensorflow/tfjs', 'zod');
  project.install(
    '@raremask/loss-dice',
    `export default core.defineLoss({
      name: 'dice', api: 1, summary: 'Soft Dice',
      options: z.object({
        pool: z.enum(['image', 'batch']).default('image').describe('What is summed together'),
        smooth: z.number().min(0).default(1).describe('Added to both sides'),
      }),
      needs: { facts: core.facts },
      create: () => ({ probabilities }) => probabilities.sum(),
    });`,
  );
  project.install(
    '@raremask/loss-ce',
    `export default core.defineLoss({
      name: 'ce', api: 1, create: () => ({ logits }) => logits.sum(),
    });`,
  );
  project.install(
    '@raremask/sampler',
    `export default core.defineSampler({
      name: 'sampler', api: 1,
      options: z.strictObject({
        foreground: z.number().min(0).max(1).default(0),
        window: z.tuple([z.int().min(1), z.int().min(1)]).optional(),
      }),
      needs: { rng: core.rng },
      create: (options, { rng }) => ({
        batches: () => [], state: () => [rng.next(), rng.next()],
      }),
    });`,
  );
  project.install(
    '@raremask/unet',
    `export default core.defineModel({
      name: 'unet', api: 1, summary: 'U-Net',
      options: z.strictObject({
        filters: z.int().min(1).max(1024).default(16),
        depth: z.int().min(1).max(8).default(4),
      }),
      create: () => ({ weights: [], buffers: [], multipleOf: [1, 1], forward: () => ({}) }),
    });`,
  );
  project.install(
    '@raremask/dataset-images',
    `export default core.defineDataset({
      name: 'images', api: 1,
      options: z.strictObject({
        root: z.string().default('.'),
        images: z.string(),
        masks: z.string(),
        classes: z.record(z.string(), z.int().min(0)),
      }),
      create: (options) => ({
        facts: { space: 2, channels: 1, classes: [], overlapping: false },
        ids: [], group: () => undefined, read: async () => { throw new Error('no images'); },
      }),
    });`,
  );
  installStandard(project);
  return project;
}

/** Optimizers, schedules and augmentations that a manifest may call by a word, each with an option of its own. */
function installStandard(project: Project): void {
  const entries = (name: string, words: readonly string[], module: (word: string) => string) => {
    project.install(name, '', {
      exports: Object.fromEntries(words.map((word) => [`./${word}`, `./${word}.js`])),
      raremask: { plugins: words.map((word) => `./${word}`) },
    });
    for (const word of words) {
      project.write(`node_modules/${name}/${word}.js`, PREFACE + module(word));
    }
  };
  const fraction = 'z.number().min(0).max(1)';
  entries('@raremask/optimizers', ['adam', 'adamw'], (word) => {
    const decay = word === 'adamw' ? `weightDecay: ${fraction}.default(0.01),` : '';
    return `export default core.defineOptimizer({
      name: '${word}', api: 1,
      options: z.strictObject({ beta1: ${fraction}.default(0.9), ${decay} }),
      create: () => ({ slots: [], update: ({ weight }) => ({ weight, slots: {} }) }),
    });`;
  });
  entries('@raremask/schedules', ['constant', 'cosine', 'poly'], (word) => {
    const options = {
      constant: '',
      cosine: `final: ${fraction}.default(0),`,
      poly: `final: ${fraction}.default(0), power: z.number().default(0.9),`,
    }[word];
    return `export default core.defineSchedule({
      name: '${word}', api: 1, options: z.strictObject({ ${options} }),
      create: () => ({ factor: () => 1 }),
    });`;
  });
  entries('@raremask/augmentations', ['flip-rotate', 'turn', 'gamma'], (word) => {
    const flag = `z.union([z.boolean(), ${fraction}]).default(true)`;
    const options = {
      'flip-rotate': `flip: ${flag}, rotate: ${flag},`,
      turn: 'degrees: z.number().default(15),',
      gamma: 'from: z.number().gt(0).lte(1).default(0.7), to: z.number().min(1).default(1.5),',
    }[word];
    return `export default core.defineAugmentation({
      name: '${word}', api: 1, options: z.strictObject({ ${options} }),
      create: () => ({ window: () => {} }),
    });`;
  });
}

/** The manifest of the design, with the installed plugins' options. */
export const DESIGN = `# yaml-language-server: $schema=./raremask.schema.json
name: lung-nodules
seed: 7
data:
  use: "@raremask/dataset-images"
  with: { root: ./data, images: "images/*.png", masks: "masks/{id}.png", classes: { background: 0, nodule: 255 } }
  split: { train: train.txt, validation: val.txt }
model:   { use: "@raremask/unet", with: { filters: 16, depth: 4 } }
loss:
  - { use: "@raremask/loss-dice", weight: 1, with: { pool: batch } }
  - { use: "@raremask/loss-ce",   weight: 1 }
sampler: { use: "@raremask/sampler", with: { foreground: 0.5, window: [64, 64] } }
train:   { epochs: 40, batch: 8, optimizer: { use: adamw, learningRate: 1e-3 }, schedule: cosine }
`;
