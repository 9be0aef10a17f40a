import type { Facts } from '@raremask/core';
import type { VolumeFile } from '@raremask/dataset-volumes/browser';
import type { Predicted } from './predicting.ts';
import { COLOURS, colourName, element, links } from './views.ts';

/** What of niivue is used. */
interface Viewer {
  attachToCanvas(canvas: HTMLCanvasElement): Promise<unknown>;
  loadVolumes(volumes: readonly object[]): Promise<unknown>;
  setOpacity(index: number, opacity: number): void;
  updateGLVolume(): void;
  readonly volumes: readonly { setColormapLabel(table: object): void }[];
}

/** One for all volumes: a page may draw in few canvases, and a volume takes much of the memory. */
let shown: Promise<{ readonly viewer: Viewer; readonly frame: HTMLElement }> | undefined;

/**
 * A card with the volume, what was found over it, and the files to save.
 *
 * @param volumes files of the case, of which the first is shown
 */
export async function volumeCard(
  volumes: readonly VolumeFile[],
  files: Predicted['files'],
  facts: Facts,
  show: (card: HTMLElement) => void,
): Promise<void> {
  const card = element('section', 'card');
  const saved = links(files, 'application/gzip');
  const [{ name, bytes }] = volumes as [VolumeFile];
  card.append(element('h2', '', volumes.map((file) => file.name).join(', ')));
  if (volumes.length > 1) card.append(element('p', 'muted', `${name} is shown.`));
  card.append(saved);
  show(card);
  try {
    shown ??= opened(card);
    const { viewer, frame } = await shown;
    for (const old of document.querySelectorAll('.overlays')) old.remove();
    saved.before(frame);
    const layers = files.map(({ path, bytes: own }) => layer(path, own, path.startsWith('masks/')));
    await viewer.loadVolumes([
      { ...layer(name, bytes, true), colormap: 'gray', opacity: 1 },
      ...layers,
    ]);
    const mask = files.findIndex(({ path }) => path.startsWith('masks/')) + 1;
    viewer.volumes[mask]!.setColormapLabel(labelTable(facts));
    viewer.updateGLVolume();
    frame.after(sliders(viewer, files, facts));
    frame.dataset.shown = name;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    saved.before(element('p', 'muted', `It cannot be shown here, and is to be saved: ${reason}`));
  }
}

async function opened(card: HTMLElement) {
  const { niivue } = globalThis as unknown as {
    readonly niivue: { readonly Niivue: new (options: object) => Viewer };
  };
  const frame = element('div', 'viewer');
  const canvas = document.createElement('canvas');
  frame.append(canvas);
  card.append(frame);
  if (document.createElement('canvas').getContext('webgl2') === null) {
    throw new Error('the browser has no WebGL 2');
  }
  const viewer = new niivue.Niivue({
    logLevel: 'silent',
    dragAndDropEnabled: false,
    isNearestInterpolation: true,
    crosshairWidth: 0.15,
    crosshairColor: [0.4, 0.65, 0.95, 0.8],
    isResizeCanvas: true,
  });
  await viewer.attachToCanvas(canvas);
  return { viewer, frame };
}

function layer(path: string, bytes: Uint8Array, isMask: boolean) {
  const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  const name = path.split('/').at(-1)!;
  if (isMask) return { url, name, opacity: 0.6 };
  return { url, name, colormap: 'inferno', opacity: 0, cal_min: 0, cal_max: 1 };
}

/** Values of the classes in the colours of the pictures' masks; the background is clear. */
function labelTable({ classes }: Facts) {
  const colours = classes.map(
    (_, index) => COLOURS[(index + COLOURS.length - 1) % COLOURS.length]!,
  );
  return {
    R: colours.map(([red]) => red),
    G: colours.map(([, green]) => green),
    B: colours.map(([, , blue]) => blue),
    A: classes.map((_, index) => (index === 0 ? 0 : 255)),
    I: classes.map(({ value }) => value),
    labels: classes.map(({ name }) => name),
  };
}

function sliders(viewer: Viewer, files: Predicted['files'], { classes }: Facts): HTMLElement {
  const line = element('div', 'overlays');
  const legend = classes.slice(1).map(({ name }, at) => `${name} ${colourName(at)}`);
  for (const [index, { path }] of files.entries()) {
    const [kind, own] = path.split('/') as [string, string];
    const title = path.split('/').length > 2 ? `probability of ${own}` : 'probability';
    const label = element('label', '', kind === 'masks' ? `mask: ${legend.join(', ')}` : title);
    const input = document.createElement('input');
    Object.assign(input, { type: 'range', min: '0', max: '1', step: '0.05' });
    input.value = kind === 'masks' ? '0.6' : '0';
    input.addEventListener('input', () => viewer.setOpacity(index + 1, Number(input.value)));
    label.append(input);
    line.append(label);
  }
  return line;
}
