import { IGNORE } from '../contracts/dataset.ts';
import type { DatasetFacts } from '../contracts/facts.ts';

/** Something that a data set says or reads, and that must not be so. */
export interface FactsFault {
  readonly what: string;
  readonly expected: string;
  readonly got: string;
}

const shown = (value: unknown) => JSON.stringify(value) ?? 'nothing';
const isWhole = (value: unknown, from: number) =>
  Number.isInteger(value) && (value as number) >= from;

/** What is wrong with the facts of a data set. */
export function* factsFaults(facts: DatasetFacts): Generator<FactsFault> {
  if (typeof facts !== 'object' || facts === null) {
    yield {
      what: 'there are no facts',
      expected: 'space, channels, classes and overlapping',
      got: shown(facts),
    };
    return;
  }
  const { space, channels, classes, overlapping, spacing, remark } = facts;
  if (space !== 2 && space !== 3) {
    yield { what: 'space is unusable', expected: '2 or 3', got: shown(space) };
  }
  if (!isWhole(channels, 1)) {
    yield { what: 'channels is unusable', expected: 'a whole number from 1', got: shown(channels) };
  }
  if (typeof overlapping !== 'boolean') {
    yield { what: 'overlapping is unusable', expected: 'true or false', got: shown(overlapping) };
  }
  const least = overlapping ? 1 : 2;
  if (!Array.isArray(classes) || classes.length < least || classes.length > IGNORE) {
    yield {
      what: 'classes is unusable',
      expected: overlapping
        ? `a list of 1 to ${IGNORE} classes`
        : `a list of 2 to ${IGNORE} classes, the background first`,
      got: Array.isArray(classes) ? `${classes.length} of them` : shown(classes),
    };
    return;
  }
  for (const [index, one] of classes.entries()) {
    const { name, value } = (one ?? {}) as Partial<typeof one>;
    if (typeof name !== 'string' || name === '') {
      yield { what: `class ${index} has no name`, expected: 'a word', got: shown(name) };
    }
    if (!isWhole(value, 0) || value! > 65535) {
      yield {
        what: `the class ${name} has no usable value`,
        expected: 'a whole number from 0 to 65535, which a mask file can hold',
        got: shown(value),
      };
    }
  }
  for (const key of overlapping ? (['name'] as const) : (['name', 'value'] as const)) {
    const all = classes.map((one) => one?.[key]);
    const repeated = all.find((one, index) => all.indexOf(one) < index);
    if (repeated !== undefined) {
      yield {
        what: `two classes have the same ${key}`,
        expected: 'one each',
        got: shown(repeated),
      };
    }
  }
  if (spacing !== undefined) {
    const isUsable =
      Array.isArray(spacing) && spacing.length === space && spacing.every((extent) => extent > 0);
    if (!isUsable || !spacing!.every(Number.isFinite)) {
      yield {
        what: 'spacing is unusable',
        expected: `${space} lengths above 0, in millimetres`,
        got: shown(spacing),
      };
    }
  }
  if (remark !== undefined && (typeof remark !== 'string' || remark === '')) {
    yield { what: 'remark is unusable', expected: 'a sentence', got: shown(remark) };
  }
}
