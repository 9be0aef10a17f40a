import { readFileSync, rmSync } from 'node:fs';
import { loadManifest } from '@raremask/core/manifest';
import { type Inspection, inspect } from '@raremask/engine';
import { describe, expect, test } from 'vitest';
import { further } from '../../../test/further.ts';
import type { Console } from '../src/console.ts';
import { recommended } from '../src/init/recommended.ts';
import { STANDARD } from '../src/manifestArguments.ts';
import { raremask } from './command.ts';
import { emptyProject, grey, type Project } from './project.ts';
import { writeVolumes } from './volumes.ts';

const IDS = ['a', 'b', 'c', 'd', 'e', 'f'];
/** Where the samples stand where lists divide them. */
const LISTS = { train: ['a', 'b', 'c'], validation: ['d', 'e'], test: ['f'] };

const inside = (index: number) => (x: number, y: number) =>
  index % 2 === 0 && x > 4 && x < 9 && y > 5 && y < 11;

function writeImages(project: Project): void {
  for (const [index, id] of IDS.entries()) {
    const shows = inside(index);
    project.write(
      `set/images/${id}.png`,
      grey((x, y) => (shows(x, y) ? 180 : 40) + ((x * 5 + y * 11 + index * 3) % 29)),
    );
    project.write(
      `set/masks/${id}.png`,
      grey((x, y) => (shows(x, y) ? 255 : 0)),
    );
  }
}

function cut(project: Project, path: string, length: number): void {
  project.write(path, readFileSync(project.at(path)).subarray(0, length));
}

interface CocoFile {
  readonly images: readonly object[];
  readonly annotations: { segmentation: unknown }[];
}

function writeCoco(project: Project): void {
  writeImages(project);
  const square = [5, 6, 9, 6, 9, 11, 5, 11];
  const coco = {
    images: IDS.map((id, index) => ({ id: index, file_name: `${id}.png`, width: 16, height: 16 })),
    categories: [{ id: 1, name: 'lesion' }],
    annotations: IDS.map((_, index) => ({
      id: index,
      image_id: index,
      category_id: 1,
      segmentation: [square],
    })),
  };
  project.write('set/coco.json', JSON.stringify(coco));
}

/** A data set of JSON files, whose author never thought of a broken one. */
const OUTSIDER = `
import { readFileSync } from 'node:fs';
import { defineDataset } from '@raremask/core';
export default defineDataset({
  name: 'outsider',
  api: 1,
  create() {
    const at = (id) => new URL('set/' + id + '.json', import.meta.url);
    const parse = (id) => JSON.parse(readFileSync(at(id), 'utf8'));
    return {
      facts: {
        space: 2,
        channels: 1,
        classes: [{ name: 'background', value: 0 }, { name: 'lesion', value: 1 }],
        overlapping: false,
      },
      ids: ${JSON.stringify(IDS)},
      group: (id) => parse(id).patient.name,
      fingerprint: async (id) => String(readFileSync(at(id)).length),
      read: async (id) => {
        const { labels } = parse(id);
        return { id, size: [16, 16], image: Float32Array.from(labels, (l) => l * 9), labels: Uint8Array.from(labels) };
      },
    };
  },
});
`;

function writeOutsider(project: Project): void {
  project.write('outsider.mjs', OUTSIDER);
  for (const [index, id] of IDS.entries()) {
    const shows = inside(index);
    const labels = Array.from({ length: 256 }, (_, at) => (shows(at % 16, at >> 4) ? 1 : 0));
    project.write(`set/${id}.json`, JSON.stringify({ patient: { name: id }, labels }));
  }
}

/** Kinds of data sets: how they are written, described and spoilt. */
const SETS: readonly {
  readonly name: string;
  readonly write: (project: Project) => void;
  readonly data: string;
  readonly faults: Readonly<Record<string, (project: Project, id: string) => void>>;
  /** Whether `init` knows what to make of the folder. */
  readonly proposed: boolean;
}[] = [
  {
    name: 'images',
    write: writeImages,
    data: `use: "@raremask/dataset-images"
  with: { root: set, images: "images/*.png", classes: { background: 0, lesion: 255 } }`,
    faults: {
      'an image that is cut off': (project, id) => cut(project, `set/images/${id}.png`, 60),
      'an empty image file': (project, id) => cut(project, `set/images/${id}.png`, 0),
      'a mask that is cut off': (project, id) => cut(project, `set/masks/${id}.png`, 60),
      'no mask': (project, id) => rmSync(project.at(`set/masks/${id}.png`)),
      'a mask of another size': (project, id) =>
        void project.write(
          `set/masks/${id}.png`,
          grey(() => 0, 9, 9),
        ),
    },
    proposed: true,
  },
  {
    name: 'COCO',
    write: writeCoco,
    data: `use: "@raremask/dataset-images"
  with: { root: set, images: "images/*.png", coco: { file: coco.json }, classes: { background: 0, lesion: 1 } }`,
    faults: {
      'an image that is cut off': (project, id) => cut(project, `set/images/${id}.png`, 60),
      'no image': (project, id) => rmSync(project.at(`set/images/${id}.png`)),
      'an outline of two corners': (project, id) => {
        const coco = JSON.parse(project.read('set/coco.json')) as CocoFile;
        coco.annotations[IDS.indexOf(id)]!.segmentation = [[1, 2, 3, 4]];
        project.write('set/coco.json', JSON.stringify(coco));
      },
      'no entry': (project, id) => {
        const { images, annotations, ...rest } = JSON.parse(project.read('set/coco.json'));
        const at = IDS.indexOf(id);
        const others = (all: readonly object[]) => all.filter((_, index) => index !== at);
        const less = { ...rest, images: others(images), annotations: others(annotations) };
        project.write('set/coco.json', JSON.stringify(less));
      },
    },
    proposed: false,
  },
  {
    name: 'volumes',
    write: (project) => writeVolumes(project),
    data: `use: "@raremask/dataset-volumes"
  with: { root: set }`,
    faults: {
      'a header that is cut off': (project, id) => cut(project, `set/imagesTr/${id}_0000.nii`, 90),
      'voxels that are cut off': (project, id) => cut(project, `set/imagesTr/${id}_0000.nii`, 800),
      'no label map': (project, id) => rmSync(project.at(`set/labelsTr/${id}.nii`)),
    },
    proposed: true,
  },
  {
    name: 'an outsider',
    write: writeOutsider,
    data: 'use: ./outsider.mjs',
    faults: {
      'a file that its author does not expect': (project, id) =>
        void project.write(`set/${id}.json`, '{ "patient"'),
      'a group that cannot be told': (project, id) => void project.write(`set/${id}.json`, '{}'),
      'labels of nothing': (project, id) =>
        void project.write(`set/${id}.json`, '{ "patient": {}, "labels": [9] }'),
      'no file': (project, id) => rmSync(project.at(`set/${id}.json`)),
    },
    proposed: false,
  },
];

const SPLITS = {
  'by share': 'split: { validation: 0.34 }',
  'by lists': 'split: { train: train.txt, validation: val.txt, test: test.txt }',
};

function manifestOf(data: string, split: string): string {
  return `name: t
data:
  ${data}
  ${split}
model: { use: "@raremask/unet", with: { filters: 2, depth: 1 } }
loss: [{ use: "@raremask/loss-ce" }]
train: { epochs: 1, batch: 2, workers: 0 }
`;
}

function written({ write, data }: (typeof SETS)[number], split: string): Project {
  const project = emptyProject();
  write(project);
  project.write('raremask.yaml', manifestOf(data, split));
  for (const [name, ids] of Object.entries(LISTS)) {
    project.write(`${name === 'validation' ? 'val' : name}.txt`, `${ids.join('\n')}\n`);
  }
  return project;
}

async function inspected(project: Project): Promise<Inspection> {
  const set: string[] = [];
  const loaded = await loadManifest([project.at('raremask.yaml')], { set, standard: STANDARD });
  return await inspect(loaded, { onEvent: () => undefined });
}

/** The sample, or all slices of the case, that could not be read; and how many others there are. */
function broken({ unreadable, splits }: Inspection) {
  return {
    ids: [...new Set(unreadable.map(({ id }) => id.split('/')[0]))],
    rest: splits.reduce((sum, { images }) => sum + images, 0),
  };
}

/** The first fault of a set; the others with `npm run test:full`, since each lies in every position. */
function someFaults({ faults }: (typeof SETS)[number]) {
  const [first, ...others] = Object.entries(faults);
  return [first!, ...further('other faults', others)];
}

describe.each(SETS)('one bad sample of $name', (set) => {
  test.each(someFaults(set))('%s is listed wherever it lies', async (_, spoil) => {
    for (const split of Object.values(SPLITS)) {
      for (const id of IDS) {
        const project = written(set, split);
        spoil(project, id);
        const inspection = await inspected(project);
        expect(broken(inspection)).toEqual({
          ids: [id],
          rest: set.name === 'volumes' ? 20 : 5,
        });
        const [{ message } = { message: '' }] = inspection.unreadable;
        expect(message).toContain(id);
        // The last one is the whole of the test split.
        if (split === SPLITS['by lists']) {
          expect(inspection.splits.map(({ name }) => name)).toContain('test');
        }
        expect(inspection.batches).not.toHaveProperty('problem');
      }
    }
  });

  test('ends with exit status 5 where none is left', async () => {
    const project = written(set, SPLITS['by lists']);
    const [spoil] = Object.values(set.faults);
    for (const id of IDS) spoil!(project, id);
    const { status, stderr } = await raremask(project, 'inspect');
    expect(status, stderr).toBe(5);
    expect(stderr).not.toMatch(/RAREMASK_BUG|^\s+at /m);
  });
});

const silent: Console = {
  json: false,
  color: false,
  width: 100,
  result() {},
  text() {},
  note() {},
  problem() {},
};

describe.each(SETS.filter(({ proposed }) => proposed))('init of $name', (set) => {
  test.each(someFaults(set))('writes a manifest in spite of %s', async (_, spoil) => {
    for (const id of ['a', 'c', 'f']) {
      const project = emptyProject();
      set.write(project);
      spoil(project, id);
      const { text, unreadable } = await recommended(
        project.at('set'),
        project.folder,
        undefined,
        silent,
      );
      expect(text).toContain('loss:');
      // A mask that is missing may mean that nothing is there; then the manifest says so.
      if (text.includes('missingMask: empty')) continue;
      expect([...new Set(unreadable.map(({ id: own }) => own.split('/')[0]))]).toEqual([id]);
      expect(text.replaceAll(/\n# /g, ' ')).toContain('cannot be read and are left out');
    }
  });
});

describe('a run', () => {
  const [images] = SETS as [(typeof SETS)[number]];

  test('is refused by name for a bad sample, unless it is told to leave it out; evaluate lists it', async () => {
    const project = written(images, SPLITS['by lists']);
    cut(project, 'set/images/b.png', 60);
    const refused = await raremask(project, 'train');
    expect(refused.status, refused.stderr).toBe(5);
    expect(refused.stderr).toContain('set/images/b.png');
    rmSync(project.at('set/masks/e.png'));
    project.write('val.txt', 'd\ne\ng\n');
    const several = await raremask(project, 'train');
    expect(several.stderr).toContain('RAREMASK_LIST_UNKNOWN_ID');
    const skip = ['--set', 'data.unreadable=skip', '--out', 'run'];
    const trained = await raremask(project, 'train', ...skip);
    expect(trained.status, trained.stderr).toBe(0);
    expect(trained.stderr).toContain('3 samples are left out');
    for (const name of ['set/images/b.png', 'masks/e.png', 'val.txt:3']) {
      expect(trained.stderr).toContain(name);
    }
    const evaluation = JSON.parse(project.read('run/evaluation.json'));
    expect(evaluation.images.map(({ id }: { id: string }) => id)).toEqual(['d']);
    expect(evaluation.unreadable.map(({ id }: { id: string }) => id)).toEqual(['e', 'g']);

    cut(project, 'set/images/d.png', 60);
    const gone = await raremask(project, 'evaluate', 'run');
    expect(gone.status, gone.stderr).toBe(5);
    expect(gone.stderr).toContain('RAREMASK_NOTHING_READABLE');
  });

  test('names every bad sample where there are several', async () => {
    const project = written(images, SPLITS['by share']);
    for (const id of ['a', 'd']) cut(project, `set/images/${id}.png`, 60);
    const { status, stderr } = await raremask(project, 'train');
    expect(status, stderr).toBe(5);
    for (const word of ['RAREMASK_UNREADABLE_SAMPLES', 'images/a.png', 'images/d.png']) {
      expect(stderr).toContain(word);
    }
  });
});
