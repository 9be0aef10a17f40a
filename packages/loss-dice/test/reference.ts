import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareBackend } from '@raremask/backends';
import type { LossPlugin } from '@raremask/core';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Batch, type Evaluation, evaluate, oneHot, sample, task } from './batch.ts';
import { make } from './make.ts';
import { countTensors, expectNear } from './tensors.ts';

export interface ReferenceCase {
  readonly source: string;
  readonly loss: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly input: string;
  /** One number, or one for each sample and class; null where the peer is NaN. */
  readonly value: Nested | null;
  /** Of the sum of the values, with respect to the logits. */
  readonly grad: readonly (number | null)[];
}
type Nested = number | readonly Nested[];

interface Reference {
  readonly inputs: Readonly<
    Record<
      string,
      {
        readonly shape: readonly number[];
        readonly logits: readonly number[];
        readonly labels: readonly number[];
      }
    >
  >;
  readonly cases: readonly ReferenceCase[];
}

/** A loss of ours whose mean over the batch, times `scale`, is a part of the peer's value. */
interface Part {
  readonly plugin: LossPlugin;
  readonly options: Readonly<Record<string, unknown>>;
  readonly scale?: number;
}

/** What of ours adds up to the peer's value. */
export interface Counterpart {
  /** For the batch; or for each sample alone, where the peer treats samples differently. */
  readonly parts: readonly Part[] | ((sample: Batch) => readonly Part[]);
  /** A constant by which the peer's value is larger. */
  readonly shift?: number;
  /** Pixels that the peer leaves out. */
  readonly ignored?: (label: number) => boolean;
  /**
   * Logits of one key may share their gradient out in any way: where a loss sorts, pixels of the same
   * error have no order.
   */
  readonly key?: (index: number) => string;
  readonly tolerance?: { readonly relative: number; readonly absolute: number };
}

/** The counterpart of a case, or the reason why there is none. */
export type Find = (entry: ReferenceCase, batch: Batch) => Counterpart | string;

/**
 * Holds values and gradients against the peers': the selection in the package's fixtures, and all
 * cases where the reference file is at hand (RAREMASK_REFERENCE, or shared/reference/losses.json
 * beside the repository).
 */
export function describeReference(folder: string, losses: readonly string[], find: Find): void {
  countTensors();
  const all =
    process.env.RAREMASK_REFERENCE ?? join(folder, '../../../../shared/reference/losses.json');
  describe('selected reference values', () => {
    compare(read(join(folder, 'fixtures/reference.json')), losses, find);
  });
  describe('selected reference values on wasm', () => {
    beforeEach(async () => {
      await prepareBackend('wasm');
    });
    compare(read(join(folder, 'fixtures/reference.json')), losses, find);
  });
  describe('all reference values', () => {
    if (existsSync(all)) compare(read(all), losses, find);
    else test.skip(`are not at hand: no ${all}`);
  });
}

function read(path: string): Reference {
  return JSON.parse(readFileSync(path, 'utf8').replaceAll('NaN', 'null'));
}

function compare({ inputs, cases }: Reference, losses: readonly string[], find: Find): void {
  for (const name of losses) {
    const own = cases.filter(({ source, loss }) => `${source}/${loss}` === name);
    const found = own.map((entry) => {
      const batch = batchOf(entry, inputs[entry.input]!);
      return { entry, batch, counterpart: find(entry, batch) };
    });
    const agreeing = found.filter(({ counterpart }) => typeof counterpart !== 'string');
    const reasons = found.map(({ counterpart }) => counterpart);
    for (const reason of new Set(reasons)) {
      if (typeof reason !== 'string') continue;
      const left = reasons.filter((other) => other === reason).length;
      test.skip(`${left} of ${name}: ${reason}`);
    }
    if (agreeing.length === 0) continue;
    test(`${agreeing.length} of ${name}`, async () => {
      for (const { entry, batch, counterpart } of agreeing) {
        const title = `${JSON.stringify(entry.options)} on ${entry.input}`;
        try {
          await expectAgreement(entry, batch, counterpart as Counterpart);
        } catch (error) {
          throw new Error(title, { cause: error });
        }
      }
    });
  }
}

function batchOf(entry: ReferenceCase, input: Reference['inputs'][string]): Batch {
  const { shape, logits, labels } = input;
  const classes = shape.at(-1)!;
  const overlapping = entry.input.endsWith('-sigmoid');
  return {
    facts: task(overlapping ? 'overlapping' : 'exclusive', classes, (shape.length - 2) as 2 | 3),
    size: shape.slice(1, -1),
    logits,
    target: overlapping ? labels : oneHot(labels, classes),
    weight: labels.map(() => 1),
  };
}

async function expectAgreement(
  entry: ReferenceCase,
  batch: Batch,
  { parts, shift = 0, ignored, key = String, tolerance }: Counterpart,
): Promise<void> {
  const classes = batch.facts.classes.length;
  const counted = batch.weight.map((weight, pixel) => {
    const label = batch.target.slice(pixel * classes, (pixel + 1) * classes).indexOf(1);
    return ignored?.(label) ? 0 : weight;
  });
  const weighted = { ...batch, weight: counted };
  const count = counted.length / batch.size.reduce((product, extent) => product * extent, 1);
  const each = Array.from({ length: count }, (_, index) => sample(weighted, index));
  const sums =
    typeof parts === 'function'
      ? joined(await Promise.all(each.map((one) => sumOfParts(one, parts(one)))))
      : await sumOfParts(weighted, parts);
  const values = sums.values.map((value) => value + shift);
  // Ours is one number a sample; a peer's single number is their mean.
  const byClass = Array.isArray(entry.value) ? (entry.value as Nested[][]) : undefined;
  const share = byClass ? byClass[0]!.length : 1 / values.length;
  const gradient = sums.gradient.map((slope) => slope * share);
  if (entry.value === null) {
    expect(values.every(Number.isFinite)).toBe(true);
    expect(gradient.every(Number.isFinite)).toBe(true);
    return;
  }
  const expected = byClass?.map((sample) => average(sample.map(single)));
  expectNear(expected ? values : [average(values)], expected ?? [entry.value as number], tolerance);
  expectNear(grouped(gradient, key), grouped(entry.grad as number[], key), tolerance);
}

/** Value and gradient of a weighted sum of losses. */
async function sumOfParts(batch: Batch, parts: readonly Part[]): Promise<Evaluation> {
  const results = await Promise.all(
    parts.map(async ({ plugin, options, scale = 1 }) => {
      const { values, gradient } = evaluate(await make(plugin, batch.facts, options), batch);
      return { scale, values, gradient };
    }),
  );
  const samples = Math.max(...results.map(({ values }) => values.length));
  const total = { values: zeros(samples), gradient: zeros(batch.logits.length) };
  for (const { scale, values, gradient } of results) {
    const pooled = values.length < samples;
    total.values.forEach((_, index) => {
      total.values[index]! += scale * values[pooled ? 0 : index]!;
    });
    gradient.forEach((slope, index) => {
      total.gradient[index]! += (pooled ? samples : 1) * scale * slope;
    });
  }
  return total;
}

function joined(evaluations: readonly Evaluation[]): Evaluation {
  return {
    values: evaluations.flatMap(({ values }) => values),
    gradient: evaluations.flatMap(({ gradient }) => gradient),
  };
}

function grouped(gradient: readonly number[], key: (index: number) => string): number[] {
  const sums = new Map<string, number>();
  gradient.forEach((slope, index) => {
    sums.set(key(index), (sums.get(key(index)) ?? 0) + slope);
  });
  return [...sums.values()];
}

function zeros(length: number): number[] {
  return Array.from({ length }, () => 0);
}

function single(value: Nested): number {
  return typeof value === 'number' ? value : single(value[0]!);
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
