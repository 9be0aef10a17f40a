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

const opening = openNetwork(held);
opening.then(
  () => say('Ready.'),
  (error: unknown) => say(`The model cannot be run here: ${reasonOf(error)}`),
);

let running = Promise.resolve();

/** One after the other: an image takes all of the page's memory that it needs. */
function take(files: Iterable<File>): void {
  for (const file of files) running = running.then(() => one(file));
}

async function one(file: File): Promise<void> {
  const { config } = held;
  say(`Predicting ${file.name}…`);
  const started = performance.now();
  try {
    const network = await opening;
    if (config.volumes === undefined) {
      const sample = await sampleOf(file, config.facts, config.upright);
      const found = await predicted(config, network, sample);
      results.prepend(cardOf(file.name, found, config.facts));
    } else await oneVolume(file, network);
    say(`${file.name}: ${((performance.now() - started) / 1000).toFixed(1)} s.`);
  } catch (error) {
    results.prepend(failedCard(file.name, reasonOf(error)));
    say(`${file.name} could not be predicted.`);
  }
}

async function oneVolume(file: File, network: Awaited<typeof opening>): Promise<void> {
  const { config } = held;
  if (!/\.nii(\.gz)?$/i.test(file.name)) {
    throw new Error('this page takes NIfTI, .nii or .nii.gz: predict it by the command line');
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  const files = await predictedVolume(config, network, file.name, bytes, async (done, of) => {
    say(`Predicting ${file.name}: ${done} of ${of}…`);
    // The page draws between samples alone.
    await new Promise((next) => setTimeout(next));
  });
  await volumeCard(file.name, bytes, files, config.facts, (card) => results.prepend(card));
}

function say(text: string): void {
  state.textContent = text;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

input.addEventListener('change', () => {
  take(input.files ?? []);
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
  take(event.dataTransfer?.files ?? []);
});
