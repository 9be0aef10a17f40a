import { expect, test } from 'vitest';
import { raremask } from './command.ts';
import { createProject, MANIFEST, type Project } from './project.ts';

/** Ten images of two by two pixels or more; those of even number have one pixel of foreground. */
const IMAGES = 10;

/** A data set without fingerprints, which keeps a line of every read; one epoch, a split by shares. */
function countedProject(): Project {
  const project = createProject(
    MANIFEST.replace(
      /^ {2}use: .*\n.*\n.*\n/m,
      '  use: ./counted.ts\n  split: { validation: 0.4, by: image }\n',
    ).replace('epochs: 2', 'epochs: 1'),
  );
  project.write(
    'counted.ts',
    `import { appendFileSync } from 'node:fs';
import { defineDataset } from '@raremask/core';

export default defineDataset({
  name: 'counted',
  api: 1,
  create: () => ({
    facts: {
      space: 2,
      channels: 1,
      classes: [{ name: 'background', value: 0 }, { name: 'dot', value: 1 }],
      overlapping: false,
    },
    ids: Array.from({ length: ${IMAGES} }, (_, index) => 'image' + index),
    group: () => undefined,
    async read(id) {
      appendFileSync('reads.txt', id + '\\n');
      const labels = new Uint8Array(64);
      if (Number(id.slice(5)) % 2 === 0) labels[20] = 1;
      return { id, size: [8, 8], image: labels.map((label, at) => 100 * label + at), labels };
    },
  }),
});
`,
  );
  return project;
}

/** The reads since the last call. */
function reads(project: Project): number {
  const lines = project.read('reads.txt').trim().split('\n').length;
  project.write('reads.txt', '');
  return lines;
}

test('a data set without fingerprints is counted once in a command', async () => {
  const project = countedProject();
  const trained = await raremask(project, 'train');
  expect(trained.status, trained.stderr).toBe(0);
  // Two fifths of the five images with foreground, and of the five without, validate.
  const [training, validation] = [6, 4];
  // Two images with little foreground, two with a typical amount, two with much, and two empty ones:
  // of five with foreground the first two, the second and third, and the last two.
  const examples = 5 + 2;
  expect(reads(project)).toBe(IMAGES + training + validation + examples + validation);

  // The split by shares asks which images are empty.
  const evaluated = await raremask(project, 'evaluate', 'runs/tiny');
  expect(evaluated.status, evaluated.stderr).toBe(0);
  expect(reads(project)).toBe(IMAGES + validation);
});
