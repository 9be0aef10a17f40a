import { staysInside } from '@raremask/core';
import { placeholdersIn } from '../pairing/placeholders.ts';
import type { Options } from './shape.ts';

interface Problem {
  readonly path: readonly string[];
  readonly message: string;
}

/** What the types cannot say. */
export function* problemsOf(value: Options): Generator<Problem> {
  yield* placeholderProblems(value);
  yield* maskPatternProblems(value);
  yield* annotationProblems(value);
  yield* thresholdProblems(value);
  yield* maskChannelProblems(value);
  yield* classProblems(value);
  if (typeof value.group === 'string') {
    const message = captureProblem(value.group);
    if (message !== undefined) yield { path: ['group'], message };
  }
}

function* placeholderProblems({
  images,
  masks,
  outlines,
  runLengths,
}: Options): Generator<Problem> {
  const found = placeholdersIn(images).map(({ name }) => name);
  const others = found.filter((name) => name !== 'id');
  if (others.length > 0 && (!found.includes('id') || /\*\*/.test(images))) {
    const message = `holds {${others[0]}}: it must hold {id} as well, and no **, as in "{part}/images/{id}.png"`;
    yield { path: ['images'], message };
  }
  const patterns = [
    [['masks'], masks],
    [['outlines', 'files'], outlines?.files ?? ''],
    [['runLengths', 'names'], runLengths?.names ?? ''],
  ] as const;
  for (const [path, pattern] of patterns) {
    for (const { name, choices } of placeholdersIn(pattern)) {
      if (choices.length > 0) {
        yield { path, message: `holds choices for {${name}}: they belong into images` };
      } else if (name !== 'id' && !found.includes(name)) {
        yield { path, message: `holds {${name}}, which images does not hold` };
      }
    }
  }
}

function* maskPatternProblems({ masks, classes }: Options): Generator<Problem> {
  const path = ['masks'];
  const named = placeholdersIn(masks).map(({ name }) => `{${name}}`);
  const place = masks.includes('{id}') ? '{id}' : named.at(-1);
  if (place === undefined) yield { path, message: 'must hold {id}, as in "masks/{id}.png"' };
  if (
    masks.includes('?') ||
    masks.includes('**') ||
    masks.slice(0, masks.indexOf(place ?? '{id}')).includes('*')
  ) {
    yield {
      path,
      message:
        'must not hold ?, ** or a * before {id}: an image\'s masks are named as in "{id}_mask*.png"',
    };
  }
  if (masks.includes('{class}')) {
    const unusable = Object.keys(classes).find((name) => /[\\/]/.test(name));
    if (unusable !== undefined) {
      yield {
        path: ['classes', unusable],
        message: 'stands in a file path and must not hold / or \\',
      };
    }
  }
}

/** Options of mask files that have no effect where annotations take their place. */
const OF_MASKS = {
  maskChannels: ({ maskChannels }: Options) => maskChannels === 'classes',
  threshold: ({ threshold }: Options) => threshold !== undefined,
  whiteIsZero: ({ whiteIsZero }: Options) => whiteIsZero !== 'error',
  ignore: ({ ignore }: Options) => ignore !== undefined,
} as const;

function* annotationProblems(value: Options): Generator<Problem> {
  const { coco, outlines, runLengths, classes } = value;
  const labels = {
    ...(coco && { coco: ['categories', coco.categories] as const }),
    ...(outlines && { outlines: ['labels', outlines.labels] as const }),
    ...(runLengths && { runLengths: ['labels', runLengths.labels] as const }),
  };
  const [first, ...further] = Object.entries(labels);
  if (first === undefined) return;
  const [source, [key, own]] = first;
  for (const [other] of further) {
    const message = `takes the place of masks, as ${source} does: leave one out`;
    yield { path: [other], message };
  }
  yield* ownerProblems([source, key], own ?? {}, Object.keys(classes));
  for (const [name, given] of Object.entries(OF_MASKS)) {
    if (given(value)) {
      yield { path: [name], message: `is without effect: ${source} takes the place of masks` };
    }
  }
  if (outlines !== undefined && (!outlines.files.includes('{id}') || /[*?]/.test(outlines.files))) {
    yield {
      path: ['outlines', 'files'],
      message: 'must hold {id}, and no * or ?, as in "labels/{id}.json"',
    };
  }
  yield* runLengthProblems(value);
}

function* runLengthProblems({ runLengths, classes, overlapping }: Options): Generator<Problem> {
  if (runLengths === undefined) return;
  const { names, labels, others } = runLengths;
  const isJoined = names.includes('{class}');
  if (placeholdersIn(names).length === 0 || (isJoined && !/\}[^{}]+\{class\}$/.test(names))) {
    yield {
      path: ['runLengths', 'names'],
      message: 'must hold {id}, and {class} only at its end, behind a text, as in "{id}_{class}"',
    };
  }
  if (isJoined && runLengths.class !== undefined) {
    const message = 'is without effect: names holds {class}';
    yield { path: ['runLengths', 'class'], message };
  }
  if (isJoined || runLengths.class !== undefined) return;
  if (Object.keys(classes).length > (overlapping ? 1 : 2)) {
    const message = 'must name the column of the labels, as there are several classes';
    yield { path: ['runLengths', 'class'], message };
  }
  for (const [option, given] of Object.entries({ labels, others })) {
    if (given === undefined || given === 'error') continue;
    const message = 'is without effect: no column holds labels';
    yield { path: ['runLengths', option], message };
  }
}

/** Every class of a map is a class, and no name belongs to two of them. */
function* ownerProblems(
  path: readonly string[],
  map: Readonly<Record<string, string | number | readonly (string | number)[]>>,
  names: readonly string[],
): Generator<Problem> {
  const owners = new Map<string, string>();
  for (const [name, own] of Object.entries(map)) {
    if (!names.includes(name)) {
      yield { path: [...path, name], message: `is no class; the classes are ${names.join(', ')}` };
    }
    for (const label of [own].flat().map(String)) {
      const owner = owners.get(label);
      if (owner !== undefined) {
        yield { path: [...path, name], message: `names ${label}, which is ${owner} already` };
      }
      owners.set(label, name);
    }
  }
}

function* maskChannelProblems({ maskChannels, masks, overlapping, classes }: Options) {
  if (maskChannels === 'value') return;
  const path = ['maskChannels'];
  if (!overlapping) yield { path, message: 'is for overlapping classes: set overlapping: true' };
  if (masks.includes('{class}')) {
    yield { path, message: 'does not go with {class} in masks, which is a file for each class' };
  }
  if (Object.keys(classes).length > 4) {
    yield {
      path,
      message: 'holds 4 channels at most: use a file for each class, with {class} in masks',
    };
  }
  if (
    Object.values(classes)
      .flat()
      .some((value) => typeof value === 'string')
  ) {
    yield { path, message: 'does not go with colours: a channel holds a value for each pixel' };
  }
}

function* thresholdProblems(value: Options): Generator<Problem> {
  const { threshold, classes, overlapping, masks, maskChannels } = value;
  if (threshold === undefined) return;
  const path = ['threshold'];
  const perClass = masks.includes('{class}') || maskChannels === 'classes';
  if (!perClass && (overlapping || Object.keys(classes).length !== 2)) {
    yield {
      path,
      message:
        'parts two classes: name two, or keep each class in a file of its own, with {class} in masks',
    };
    return;
  }
  const own = Object.values(classes);
  const numbers = own.flatMap((one) => (typeof one === 'number' ? [one] : []));
  if (numbers.length < own.length) {
    yield { path, message: 'needs one number for each class, on either side of it' };
    return;
  }
  const above = numbers.filter((one) => one >= threshold).length;
  const wanted = overlapping ? numbers.length : numbers.length - 1;
  if (above !== wanted) {
    yield {
      path,
      message: `is ${threshold}, but ${above} of the values ${numbers.join(', ')} are not below it; it should be ${wanted}`,
    };
  }
}

function* classProblems(value: Options): Generator<Problem> {
  const { classes, overlapping, ignore, masks } = value;
  const names = Object.keys(classes);
  const least = overlapping ? 1 : 2;
  if (names.length < least) {
    yield {
      path: ['classes'],
      message: overlapping
        ? 'must name at least one class'
        : 'must name at least two classes, the background first, as in { background: 0, lesion: 255 }',
    };
  }
  if (names.length > 254) yield { path: ['classes'], message: 'must name at most 254 classes' };
  const lower = (one: number | string) => (typeof one === 'string' ? one.toLowerCase() : one);
  const ignored = new Set([ignore ?? []].flat().map(lower));
  const all = [...Object.values(classes).flat(), ...ignored];
  const colours = all.filter((one) => typeof one === 'string').length;
  if (colours > 0 && colours < all.length) {
    yield { path: ['classes'], message: 'mixes numbers and colours: masks hold one or the other' };
  }
  // A class that has files of its own shares its value with others.
  const apart = masks.includes('{class}') || overlapping;
  const owners = new Map<number | string, string>();
  for (const [index, name] of names.entries()) {
    const path = ['classes', name];
    if (!staysInside(name)) {
      const message = 'leads to another folder: give the class a name without .. and / before it';
      yield { path, message };
    }
    if (/^\d+$/.test(name)) {
      yield { path, message: 'is a number: give the class a name, so that the order is kept' };
    }
    for (const mask of [classes[name]!].flat().map(lower)) {
      const owner = owners.get(mask);
      if (overlapping && (mask === 0 || mask === '#000000')) {
        yield {
          path,
          message: `must not be ${mask}: in a mask of overlapping classes 0 means none`,
        };
      } else if (ignored.has(mask)) {
        yield { path, message: `is ${mask}, which ignore names too` };
      } else if (owner !== undefined && (!apart || (!overlapping && owner === names[0]))) {
        yield { path, message: `is ${mask}, which is ${owner} already` };
      } else if (overlapping && !masks.includes('{class}') && owner === name) {
        yield { path, message: `names ${mask} twice` };
      } else if (!overlapping && index > 0 && masks.includes('{class}') && mask === 0) {
        yield { path, message: 'must not be 0: in a mask of one class 0 means none' };
      }
      owners.set(mask, name);
    }
  }
  if (overlapping && (ignored.has(0) || ignored.has('#000000'))) {
    yield {
      path: ['ignore'],
      message: 'must not be 0: in a mask of overlapping classes 0 means none',
    };
  }
}

function captureProblem(source: string): string | undefined {
  try {
    const captures = new RegExp(`${source}|`).exec('')!.length - 1;
    return captures === 1
      ? undefined
      : `must be a regular expression with one capture, as in "^(patient\\\\d+)_"; it has ${captures}`;
  } catch (error) {
    return `is not a regular expression: ${(error as Error).message}`;
  }
}
