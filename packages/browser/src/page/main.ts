import { namedCases, type VolumeFile } from '@raremask/dataset-volumes/browser';
import { sampleOf } from './images.ts';
import { type Held, openNetwork } from './network.ts';
import { predicted, predictedVolume } from './predicting.ts';
import { cardOf, failedCard } from './views.ts';
import { volumeCard } from './volumeView.ts';

const held = (globalThis as unknown as { readonly RAREMASK: Held }).RAREMASK;
const state = document.getElementById('state')!;
const results = document.getElementById('results')!;
const drop = document.getElementById('drop')!;
const input = document.getElementById('files') as HTMLInputElement;

type Opened = Awaited<ReturnType<typeof openNetwork>>;

const opening = openNetwork(held);
opening.then(
  () => say('Ready.'),
  (error: unknown) => say(`The model cannot be run here: ${reasonOf(error)}`),
);

let running = Promise.resolve();

/** One after the other: an image takes all of the page's memory that it needs. */
function take(files: readonly File[]): void {
  const { volumes, facts } = held.config;
  const inTurn = (name: string, work: (network: Opened) => Promise<HTMLElement | undefined>) => {
    running = running.then(() => one(name, work));
  };
  if (volumes === undefined) {
    for (const file of files) {
      inTurn(file.name, async (network) => {
        const sample = await sampleOf(file, facts, held.config.upright);
        return cardOf(file.name, await predicted(held.config, network, sample), facts);
      });
    }
    return;
  }
  const byName = new Map(files.map((file) => [file.name, file]));
  const names = [...byName.keys()];
  for (const name of names.filter((own) => !NIFTI.test(own))) {
    inTurn(name, async () => {
      throw new Error('this page takes NIfTI, .nii or .nii.gz: predict it by the command line');
    });
  }
  for (const own of namedCases(
    names.filter((name) => NIFTI.test(name)),
    volumes.files,
  )) {
    const given = own.files.map((name) => byName.get(name)!);
    inTurn(own.files.join(', '), async (network) => {
      if (own.missing.length > 0) {
        throw new Error(
          `the case ${own.id} lacks ${own.missing.join(', ')}: drop all files of a case together`,
        );
      }
      return await oneCase(own.id, given, network);
    });
  }
}

const NIFTI = /\.nii(\.gz)?$/i;

async function one(
  name: string,
  work: (network: Opened) => Promise<HTMLElement | undefined>,
): Promise<void> {
  say(`Predicting ${name}…`);
  const started = performance.now();
  try {
    const card = await work(await opening);
    if (card !== undefined) results.prepend(card);
    say(`${name}: ${((performance.now() - started) / 1000).toFixed(1)} s.`);
  } catch (error) {
    results.prepend(failedCard(name, reasonOf(error)));
    say(`${name} could not be predicted.`);
  }
}

/** Predicts a case of volumes, and shows it. */
async function oneCase(id: string, given: readonly File[], network: Opened): Promise<undefined> {
  const files: VolumeFile[] = [];
  for (const file of given) {
    files.push({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
  }
  const found = await predictedVolume(held.config, network, id, files, async (done, of) => {
    say(`Predicting ${id}: ${done} of ${of}…`);
    // The page draws between samples alone.
    await new Promise((next) => setTimeout(next));
  });
  await volumeCard(files, found, held.config.facts, (card) => results.prepend(card));
}

function say(text: string): void {
  state.textContent = text;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

input.addEventListener('change', () => {
  take([...(input.files ?? [])]);
  input.value = '';
});
for (const type of ['dragenter', 'dragover'] as const) {
  document.addEventListener(type, (event) => {
    event.preventDefault();
    drop.classList.add('over');
  });
}
document.addEventListener('dragleave', () => drop.classList.remove('over'));
document.addEventListener('drop', (event) => {
  event.preventDefault();
  drop.classList.remove('over');
  take([...(event.dataTransfer?.files ?? [])]);
});
