import { readFile } from 'node:fs/promises';
import { isRaremaskError, type Log } from '@raremask/core';
import { cannotRead } from '../../decoding/errors.ts';
import { headOfFile } from '../../decoding/head.ts';
import type { Options } from '../../options/options.ts';
import { missingMasks } from '../../pairing/errors.ts';
import type { Entry } from '../../pairing/listing.ts';
import { findMasks, maskFiles, maskPattern, tellNames } from '../../pairing/maskFiles.ts';
import type { Annotations } from '../annotations.ts';
import { instancesOf, tellUnusable } from '../collector.ts';
import { annotatedSize, brokenOutlines, unmappedLabel, unusableOutlines } from '../errors.ts';
import type { AnnotatedImage, Instance } from '../instance.ts';
import { classesByLabel } from '../labels.ts';
import { type Unusable, usablePolygons } from '../usable.ts';
import { readLabelMe } from './labelme.ts';
import { BrokenShape, type OutlineFile, type OutlineReader, type Shape } from './shape.ts';
import { readVoc } from './voc.ts';
import { readYolo } from './yolo.ts';

export const READERS: Readonly<Record<NonNullable<Options['outlines']>['format'], OutlineReader>> =
  {
    labelme: readLabelMe,
    yolo: readYolo,
    voc: readVoc,
  };

type Given = Options & { readonly outlines: NonNullable<Options['outlines']> };

/** Reads and checks the outlines of every image; images without a file of their own are left out. */
export async function readOutlines(
  options: Given,
  root: string,
  entries: readonly Entry[],
  log: Log,
): Promise<Annotations> {
  const { files, unusable: means } = options.outlines;
  const classOf = classesOfLabels(options);
  const unusable: (Unusable & { readonly file: string })[] = [];
  const byImage = new Map<string, AnnotatedImage>();
  const pattern = maskPattern(files, options.images);
  const found = findMasks(
    pattern,
    root,
    await maskFiles(pattern, root),
    entries.map(({ id }) => id),
  );
  const fileOf = new Map<string, string>();
  for (const { id, image } of entries) {
    const file = found.of(id)[0]![0];
    if (file === undefined) continue;
    fileOf.set(id, file);
    byImage.set(
      image,
      await imageOf(options, file, image, classOf, unusable).catch((problem: unknown) => {
        if (!isRaremaskError(problem)) throw problem;
        return { place: file, size: undefined, instances: [], problem };
      }),
    );
  }
  tellNames(found.loose, found.spare, 'files of outlines', log);
  const [first] = unusable;
  if (first !== undefined && means !== 'error') {
    const named = unusable.map(({ file, place, reason }) => ({
      place: file === first.file ? place : `${file}: ${place}`,
      reason,
    }));
    tellUnusable(first.file, named, means, log);
  }
  const where = (id: string) => fileOf.get(id) ?? found.expected(id, 0)[0]!;
  return {
    byImage,
    fileOf: where,
    absent: new Map(),
    missing(unlisted, among) {
      const missing = unlisted.map(({ id, image }) => ({ image, mask: where(id) }));
      return missingMasks(missing, among, found.spare);
    },
  };
}

async function textIn(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw cannotRead(file, error);
  }
}

async function imageOf(
  options: Given,
  file: string,
  image: string,
  classOf: ReadonlyMap<string, number>,
  unusable: (Unusable & { readonly file: string })[],
): Promise<AnnotatedImage> {
  const found = parsed(options, file, await textIn(file));
  const head = await headOfFile(image).catch(() => undefined);
  // A damaged image is refused when it is read.
  if (head === undefined || head.width === 0) {
    return { place: file, size: undefined, instances: [] };
  }
  const turned = options.orientation === 'upright' && head.orientation > 4;
  const { width, height } = turned ? { width: head.height, height: head.width } : head;
  if (found.size !== undefined && (found.size.width !== width || found.size.height !== height)) {
    throw annotatedSize(file, found.size, { file: image, width, height });
  }
  const own: Instance[] = [];
  const broken: Unusable[] = [];
  for (const shape of found.shapes) {
    const { label, place } = shape;
    const index = classOf.get(label);
    if (index === undefined) {
      if (options.outlines.others === 'background') continue;
      throw unmappedLabel(file, place, label, [...classOf.keys()]);
    }
    const scaled = found.shares ? inPixels(shape, width, height) : shape;
    const { usable, unusable: problems } = drawn(scaled, [height, width]);
    broken.push(...problems);
    const common = { place: `${file}: ${place}`, class: index, crowd: false };
    const outline = { polygons: usable, unusable: problems, box: scaled.box };
    own.push(...instancesOf({ ...common, ...outline }, options.outlines.unusable));
  }
  if (broken.length > 0 && options.outlines.unusable === 'error') {
    throw unusableOutlines(file, broken, 'outlines');
  }
  unusable.push(...broken.map((problem) => ({ ...problem, file })));
  return { place: file, size: { width, height }, instances: own };
}

function parsed({ outlines }: Given, file: string, text: string): OutlineFile {
  try {
    return READERS[outlines.format](text);
  } catch (error) {
    if (!(error instanceof BrokenShape)) throw error;
    throw brokenOutlines(file, error.place, error.message, error.got, error);
  }
}

function drawn({ polygons, problem, place }: Shape, size: readonly [number, number]) {
  if (problem !== undefined) return { usable: [], unusable: [{ place, reason: problem }] };
  return usablePolygons(polygons, place, size);
}

function inPixels(shape: Shape, width: number, height: number): Shape {
  const scale = (value: number, at: number) => value * (at % 2 === 0 ? width : height);
  return {
    ...shape,
    polygons: shape.polygons.map((corners) => corners.map(scale)),
    ...(shape.box !== undefined && { box: shape.box.map(scale) }),
  };
}

/** YOLO numbers its classes: left out, they are those of the manifest in their order, without the background. */
function classesOfLabels({ classes, outlines, overlapping }: Given): ReadonlyMap<string, number> {
  const names = Object.keys(classes);
  if (outlines.format !== 'yolo' || outlines.labels !== undefined) {
    return classesByLabel(names, outlines.labels);
  }
  const first = overlapping ? 0 : 1;
  return new Map(names.slice(first).map((_, index) => [String(index), index + first]));
}
