import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { caseNames, makeCases, type NamedCase, sliceDepths, sliceIds } from './cases.ts';
import { describeSet, NOTICE, type SetFacts } from './describe.ts';
import { foreignFolder } from './errors.ts';
import { filesIn, replaceFolder, targetFolder } from './folder.ts';
import { type PhantomOptions, type Recipe, recipeOf } from './options.ts';
import { random } from './random.ts';
import { renderSlice } from './render.ts';
import { type SplitName, splitCases, splitNames } from './split.ts';

/** Raised whenever the same options give other files than before. */
const GENERATOR = 1;
/** The file that says that a folder was made here, and from what. */
const MARKER = 'dataset.json';
const DESCRIPTION = 'DATA.md';
const TABLE = 'split.csv';

export interface PhantomSummary extends SetFacts {
  /** Absolute path of the set. */
  readonly folder: string;
  /** `replaced`: a set of other options, or an altered or incomplete one, was in its place. */
  readonly status: 'created' | 'up to date' | 'replaced';
  /** The options with their defaults. */
  readonly recipe: Recipe;
}

/** What dataset.json holds. */
interface Marker {
  readonly name: string;
  readonly synthetic: true;
  readonly notice: string;
  readonly generator: { readonly package: '@raremask/dataset-phantom'; readonly version: number };
  readonly recipe: Recipe;
  /** For readers: what a manifest has to say about the set. */
  readonly facts: {
    readonly space: 2;
    readonly channels: 1;
    readonly classes: Readonly<Record<string, number>>;
  };
  readonly counts: SetFacts;
}

interface Row {
  readonly id: string;
  readonly split: SplitName;
  readonly group: string;
  readonly foregroundPixels: number;
}

/**
 * Writes a generated set of CT-like slices as a folder of PNG files:
 * `images/<case>_z<NN>.png`, `masks/<the same>.png` (0 and 255), `train.txt`, `val.txt`, `test.txt`
 * (whole cases), `split.csv`, `DATA.md`, `dataset.json`.
 *
 * The same options give the same bytes, and a folder that holds them already is left alone. A
 * generated set of other options is replaced; a folder with anything else in it is refused. The
 * folder appears when it is complete, or not at all.
 *
 * @throws RAREMASK_PHANTOM_OPTION, RAREMASK_PHANTOM_CURRENT_FOLDER, RAREMASK_PHANTOM_FOREIGN_FOLDER,
 * RAREMASK_PHANTOM_NOT_WRITABLE
 */
export async function generatePhantom(options: PhantomOptions): Promise<PhantomSummary> {
  const recipe = recipeOf(options);
  const folder = await targetFolder(options.out);
  const files = await filesIn(options.out, folder);
  const marker = files.length === 0 ? undefined : await readMarker(options.out, folder, files);
  if (marker !== undefined && (await isUpToDate(folder, files, marker, recipe))) {
    return { folder, status: 'up to date', recipe, ...marker.counts };
  }
  const counts = await replaceFolder(options.out, folder, (partial) => writeSet(partial, recipe));
  return { folder, status: marker === undefined ? 'created' : 'replaced', recipe, ...counts };
}

/** The marker of a set that was made here. Refuses a folder that holds anything else. */
async function readMarker(out: string, folder: string, files: readonly string[]): Promise<Marker> {
  let marker: Marker;
  try {
    marker = JSON.parse(await readFile(join(folder, MARKER), 'utf8')) as Marker;
    if (marker.generator.package !== '@raremask/dataset-phantom') throw foreignFolder(out, MARKER);
  } catch {
    throw foreignFolder(out, files[0]!);
  }
  const own = new Set(filesOf(marker.recipe));
  const foreign = files.find((file) => !own.has(file));
  if (foreign !== undefined) throw foreignFolder(out, foreign);
  return marker;
}

async function isUpToDate(
  folder: string,
  files: readonly string[],
  marker: Marker,
  recipe: Recipe,
): Promise<boolean> {
  const sameRecipe = (Object.keys(recipe) as (keyof Recipe)[]).every(
    (name) => marker.recipe[name] === recipe[name],
  );
  if (marker.generator.version !== GENERATOR || !sameRecipe) return false;
  if (files.length !== filesOf(recipe).length) return false;
  const digest = new ContentDigest();
  for (const file of files) digest.add(file, await readFile(join(folder, file)));
  return digest.hex() === marker.counts.sha256;
}

/** Every file of a set. */
function filesOf(recipe: Recipe): string[] {
  const ids = caseNames(recipe).flatMap((name) => sliceIds(name, recipe));
  return [
    ...ids.flatMap((id) => [`images/${id}.png`, `masks/${id}.png`]),
    ...splitNames.map((name) => `${name}.txt`),
    TABLE,
    DESCRIPTION,
    MARKER,
  ];
}

async function writeSet(folder: string, recipe: Recipe): Promise<SetFacts> {
  const cases = makeCases(recipe);
  const splits = splitCases(recipe, cases);
  const digest = new ContentDigest();
  const write = async (file: string, content: Uint8Array) => {
    digest.add(file, content);
    await writeFile(join(folder, file), content);
  };
  await mkdir(join(folder, 'images'));
  await mkdir(join(folder, 'masks'));
  const rows: Row[] = [];
  for (const scene of cases) {
    const drawn = drawCase(scene, recipe);
    await Promise.all(
      drawn.flatMap(({ id, image, mask }) => [
        write(`images/${id}.png`, image),
        write(`masks/${id}.png`, mask),
      ]),
    );
    const split = splits.get(scene.name)!;
    for (const { id, foregroundPixels } of drawn) {
      rows.push({ id, split, group: scene.name, foregroundPixels });
    }
  }
  const text = (lines: readonly string[]) => Buffer.from(`${lines.join('\n')}\n`);
  for (const name of splitNames) {
    const ids = rows.filter(({ split }) => split === name).map(({ id }) => id);
    await write(`${name}.txt`, text(ids));
  }
  await write(TABLE, text(table(rows, recipe)));

  const nodules = cases.reduce((sum, scene) => sum + scene.nodules.length, 0);
  const counts = count(rows, recipe, nodules, digest.hex());
  const marker: Marker = {
    name: 'raremask phantom (SYNTHETIC)',
    synthetic: true,
    notice: NOTICE,
    generator: { package: '@raremask/dataset-phantom', version: GENERATOR },
    recipe,
    facts: { space: 2, channels: 1, classes: { background: 0, nodule: 255 } },
    counts,
  };
  await writeFile(join(folder, DESCRIPTION), describeSet(recipe, counts));
  await writeFile(join(folder, MARKER), `${JSON.stringify(marker, null, 2)}\n`);
  return counts;
}

interface DrawnSlice {
  readonly id: string;
  readonly image: Uint8Array;
  readonly mask: Uint8Array;
  readonly foregroundPixels: number;
}

function drawCase(scene: NamedCase, recipe: Recipe): DrawnSlice[] {
  const { size, bits } = recipe;
  const ids = sliceIds(scene.name, recipe);
  return sliceDepths(recipe).map((z, index) => {
    const slice = renderSlice(random(recipe.seed, `${ids[index]}/noise`), scene, z, size);
    const white = 2 ** bits - 1;
    const values = bits === 8 ? new Uint8Array(size * size) : new Uint16Array(size * size);
    for (let pixel = 0; pixel < values.length; pixel++) {
      values[pixel] = Math.round(white * slice.image[pixel]!);
    }
    const png = (data: Uint8Array | Uint16Array, depth: 8 | 16) =>
      encode({ width: size, height: size, channels: 1, depth, data, text: { Comment: NOTICE } });
    return {
      id: ids[index]!,
      image: png(values, bits),
      mask: png(slice.mask, 8),
      foregroundPixels: slice.mask.reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0),
    };
  });
}

function table(rows: readonly Row[], { size }: Recipe): string[] {
  return [
    'id,split,image,mask,width,height,fg_pixels,fg_fraction,empty,group',
    ...rows.map(({ id, split, group, foregroundPixels }) =>
      [
        id,
        split,
        `images/${id}.png`,
        `masks/${id}.png`,
        size,
        size,
        foregroundPixels,
        (foregroundPixels / size ** 2).toFixed(6),
        foregroundPixels === 0 ? 1 : 0,
        group,
      ].join(','),
    ),
  ];
}

function count(rows: readonly Row[], { size }: Recipe, nodules: number, sha256: string): SetFacts {
  const emptyImages = rows.filter(({ foregroundPixels }) => foregroundPixels === 0).length;
  const foreground = rows.reduce((sum, { foregroundPixels }) => sum + foregroundPixels, 0);
  const splitFacts = (name: SplitName) => {
    const own = rows.filter(({ split }) => split === name);
    return {
      cases: new Set(own.map(({ group }) => group)).size,
      images: own.length,
      emptyImages: own.filter(({ foregroundPixels }) => foregroundPixels === 0).length,
    };
  };
  return {
    images: rows.length,
    emptyImages,
    emptyShare: emptyImages / rows.length,
    foregroundShare: foreground / (rows.length * size ** 2),
    nodules,
    splits: { train: splitFacts('train'), val: splitFacts('val'), test: splitFacts('test') },
    sha256,
  };
}

/** sha256 over the sorted lines `sha256  path`, DATA.md and dataset.json left out. */
class ContentDigest {
  readonly #lines: string[] = [];

  add(file: string, content: Uint8Array): void {
    if (file === DESCRIPTION || file === MARKER) return;
    this.#lines.push(`${createHash('sha256').update(content).digest('hex')}  ${file}\n`);
  }

  hex(): string {
    return createHash('sha256').update(this.#lines.sort().join('')).digest('hex');
  }
}
