import { basename } from 'node:path';
import type { Json } from '@raremask/core';
import type { MaskValues } from './maskValues.ts';

/** More values than this are no classes, but instances or grey levels. */
const MOST_CLASSES = 16;
/** Masks of which this share of pixels has the lowest or the highest value have soft edges, not levels. */
const MOSTLY = 0.9;
/** The highest values of 8 and of 16 bits; so many times as often as any grey, where structures are hardly wider than their edges. */
const WHITE = [255, 65535];
const FAR_MORE = 2;

/** Classes, and what else masks need to be read. */
export interface Classes {
  readonly options: { readonly classes: Record<string, Json>; readonly [option: string]: Json };
  readonly remark: string;
}

/** Names classes by the values that masks have. */
export function classesOf(found: MaskValues): Classes {
  if (found.colours.size > 0) return coloured(found);
  if (found.whiteIsZero > 0) return whiteIsZero(found);
  const { counts, strays, together, objects, read, all, lossy } = found;
  const values = [...counts.keys()].sort((left, right) => left - right);
  const seen = `${read === all ? `all ${all}` : `${read} of the ${all}`} masks hold ${
    values.length > 12
      ? `${values.length} values from ${values[0]} to ${values.at(-1)}`
      : values.length === 1
        ? `only the value ${values[0]}`
        : `the values ${values.join(', ')}`
  }${strays
    .map(
      ({ value, pixels, file }) =>
        `; ${value} is that of ${pixels} pixels in ${basename(file)} alone, and taken for a mistake: make it a class if it is one`,
    )
    .join('')}`;
  const background = values.includes(0)
    ? 0
    : ([...counts]
        .filter(([value]) => value >= 0)
        .sort(([, left], [, right]) => right - left)[0]?.[0] ?? 0);
  const unjudged = values.filter((value) => value < 0);
  const others = values.filter((value) => value !== background && value >= 0);
  const assumed =
    background === 0 ? '' : `; assumed: ${background}, the most frequent, is background`;
  const soft = softEdges(counts, values);
  if (lossy > 0 || (soft !== undefined && others.length > MOST_CLASSES)) {
    const highest = values.at(-1) ?? 255;
    const threshold = soft ?? halfWay(values[0] ?? 0, highest);
    const why =
      lossy > 0
        ? `${lossy} are JPEG files, which change values`
        : 'most pixels have the lowest or the highest';
    return {
      options: {
        classes: { background: 0, foreground: Math.max(Math.ceil(highest), 1) },
        threshold,
      },
      remark: `${seen}; ${why}; assumed: from ${threshold} on it is foreground; rename foreground as you like`,
    };
  }
  if (others.length > MOST_CLASSES && background === 0 && unjudged.length === 0) {
    // Numbers of objects that no mask read has may come: whatever is not 0 counts.
    return {
      options: {
        classes: { background, foreground: Math.min(others.at(-1)!, 65535) },
        threshold: 1,
      },
      remark: `${seen}: too many for classes, so they look like numbered objects or grey levels; assumed: every value but 0 is foreground; raise threshold where they are grey levels`,
    };
  }
  if (others.length > MOST_CLASSES) {
    return {
      options: { classes: { background, foreground: others } },
      remark: `${seen}: too many for classes, so they look like numbered objects or grey levels; assumed: every value but ${background} is foreground. List values that were not read, or write masks of two values`,
    };
  }
  const numbered =
    objects &&
    `; in each mask they are 1, 2 and so on without a gap, each in one piece, and how many differs (up to ${objects.most}): as numbered objects are`;
  if (objects?.isSure && background === 0 && unjudged.length === 0) {
    return {
      options: { classes: { background, foreground: others.at(-1)! }, threshold: 1 },
      remark: `${seen}${numbered}; assumed: every value but 0 is foreground; list classes in place of the threshold where they are classes`,
    };
  }
  if (others.join() === '1,255' && !together) {
    return {
      options: { classes: { background, foreground: others } },
      remark: `${seen}, but none holds both 1 and 255; assumed: both are foreground, written by different programs; rename foreground as you like`,
    };
  }
  // 255 beside small numbers is what many sets mark unjudged pixels with.
  const ignored = others.length > 1 && others.at(-1) === 255 && others.at(-2)! < 128;
  const kept = ignored ? others.slice(0, -1) : others;
  const skipped = [...unjudged, ...(ignored ? [255] : [])];
  const single = kept.length < 2;
  const classes = {
    background,
    ...(kept.length === 0
      ? { foreground: background === 255 ? 0 : 255 }
      : Object.fromEntries(kept.map((value) => [single ? 'foreground' : `class_${value}`, value]))),
  };
  return {
    options: {
      classes,
      ...(skipped.length > 0 && { ignore: skipped.length > 1 ? skipped : skipped[0]! }),
    },
    remark: [
      `${seen}${assumed}`,
      kept.length === 0 ? 'assumed: foreground would be 255; no mask has any' : '',
      single ? 'rename foreground as you like' : 'give the classes their names',
      numbered
        ? `assumed: they are classes${numbered}; where they are objects, write classes: { background: 0, foreground: ${others.at(-1)} } and threshold: 1`
        : '',
      skipped.length > 0
        ? `assumed: ${skipped.join(' and ')} marks pixels that nobody has judged; make it a class if it is one`
        : '',
    ]
      .filter((part) => part !== '')
      .join('; '),
  };
}

/**
 * The value half way between lowest and highest, where nearly all pixels have one of the two, and most of
 * those above the lowest have the highest, or far more than have any other where that is white: numbered
 * objects have not.
 */
function softEdges(
  counts: ReadonlyMap<number, number>,
  values: readonly number[],
): number | undefined {
  const [low, high] = [values[0], values.at(-1)];
  if (low === undefined || high === undefined || low === high) return undefined;
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const [lowest, highest] = [counts.get(low)!, counts.get(high)!];
  const between = Math.max(0, ...values.slice(1, -1).map((value) => counts.get(value)!));
  const isWhite = WHITE.includes(high) && highest >= FAR_MORE * between;
  const soft = lowest + highest >= MOSTLY * all && (2 * highest >= all - lowest || isWhite);
  return soft ? halfWay(low, high) : undefined;
}

function halfWay(low: number, high: number): number {
  return high - low > 1 ? Math.ceil((low + high) / 2) : (low + high) / 2;
}

function coloured({ colours, counts, read, all }: MaskValues): Classes {
  const every = new Map(colours);
  for (const [value, count] of counts) {
    const pair = Math.min(Math.max(Math.round(value), 0), 255)
      .toString(16)
      .padStart(2, '0');
    every.set(`#${pair.repeat(3)}`, (every.get(`#${pair.repeat(3)}`) ?? 0) + count);
  }
  const frequent = [...every].sort(([, left], [, right]) => right - left).map(([colour]) => colour);
  const background = every.has('#000000') ? '#000000' : frequent[0]!;
  const others = frequent.filter((colour) => colour !== background);
  const kept = others.slice(0, MOST_CLASSES);
  const more =
    others.length > kept.length
      ? `; the ${MOST_CLASSES} most frequent are classes here: add the others, or write masks without soft edges`
      : '';
  const which = read === all ? `all ${all}` : `${read} of the ${all}`;
  return {
    options: {
      classes: {
        background,
        ...Object.fromEntries(kept.map((colour) => [`colour_${colour.slice(1)}`, colour])),
      },
    },
    remark: `${which} masks hold ${every.size} colours; assumed: ${background} is background, every other colour a class; give the classes their names${more}`,
  };
}

/** Values as they are stored, or inverted: what makes the most frequent value the lowest. */
function whiteIsZero(found: MaskValues): Classes {
  const { counts } = found;
  const highest = Math.max(...counts.keys());
  const frequent = [...counts].sort(([, left], [, right]) => right - left)[0]![0];
  const inverted = frequent === highest && highest <= 255 && highest > 0;
  const turned = new Map(
    [...counts].map(([value, count]) => [inverted ? 255 - value : value, count]),
  );
  const { options, remark } = classesOf({ ...found, counts: turned, whiteIsZero: 0 });
  const choice = inverted ? 'inverted' : 'stored';
  return {
    options: { ...options, whiteIsZero: choice },
    remark: `${remark}; ${found.whiteIsZero} masks say that their 0 is white; assumed: their values are ${choice === 'stored' ? 'meant as they are stored' : 'inverted, so that most pixels are background'}`,
  };
}
