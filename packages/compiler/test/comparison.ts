import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CompileOptions,
  compile,
  type Elements,
  type ElementType,
  type Forms,
  graphOf,
  inMemory,
  loadRuntime,
  onProvider,
  type Program,
  type Runtime,
} from '../src/index.ts';
import { seeded } from './random.ts';

/** An input of a case: its shape, type and elements. */
export interface Input {
  readonly shape: readonly number[];
  readonly type: ElementType;
  readonly elements: (random: () => number) => number;
}

/** A function of tensors that must give the same compiled as eagerly. */
export interface Case {
  readonly name: string;
  readonly inputs: readonly Input[];
  readonly run: (...tensors: tf.Tensor[]) => tf.Tensor | readonly tf.Tensor[];
}

export function float(shape: readonly number[], low = -2, high = 2): Input {
  return { shape, type: 'float32', elements: (random) => low + (high - low) * random() };
}

/** Whole numbers from low to high, both among them. */
export function whole(shape: readonly number[], low = -5, high = 5): Input {
  return {
    shape,
    type: 'int32',
    elements: (random) => low + Math.floor((high - low + 1) * random()),
  };
}

/** Floats of few different values, so that maxima have ties. */
export function ties(shape: readonly number[], low = -2, high = 2): Input {
  return { ...whole(shape, low, high), type: 'float32' };
}

export function bools(shape: readonly number[]): Input {
  return { shape, type: 'bool', elements: (random) => (random() < 0.5 ? 0 : 1) };
}

/** These elements, in order, again and again. */
export function given(
  shape: readonly number[],
  values: readonly number[],
  type: ElementType = 'float32',
): Input {
  let next = 0;
  return { shape, type, elements: () => values[next++ % values.length]! };
}

export function one(name: string, inputs: readonly Input[], run: Case['run']): Case {
  return { name, inputs, run };
}

/** Gradients of the sum of run(...) weighted by its place, in all inputs of type float32. */
export function gradients(name: string, inputs: readonly Input[], run: Case['run']): Case {
  return {
    name: `${name}, gradients`,
    inputs,
    run: (...tensors) => {
      const free = tensors.filter(({ dtype }) => dtype === 'float32');
      const weighted = (...some: tf.Tensor[]) => {
        let next = 0;
        const all = tensors.map((tensor) => (tensor.dtype === 'float32' ? some[next++]! : tensor));
        const made = run(...all);
        const results = (Array.isArray(made) ? made : [made]) as tf.Tensor[];
        return tf.addN(
          results.map((result) => {
            const places = Float32Array.from(
              { length: result.size },
              (_, at) => ((at * 7) % 11) - 4.3,
            );
            return tf.sum(tf.mul(result, tf.tensor(places, result.shape)));
          }),
        ) as tf.Scalar;
      };
      return tf.grads(weighted)(free);
    },
  };
}

/** How an input lies in memory when the case's function gets it. */
type Lie = 'row by row' | 'channels first';

/** The order of axes in which an input is given, and the one that brings it back. */
function ordersOf(rank: number, lie: Lie): { given: number[]; back: number[] } | undefined {
  if (lie === 'row by row' || rank < 2) return undefined;
  const middle = Array.from({ length: rank - 2 }, (_, axis) => axis + 1);
  const order = rank === 2 ? [1, 0] : [0, rank - 1, ...middle];
  return { given: order, back: order.map((_, axis) => order.indexOf(axis)) };
}

interface Variant {
  readonly name: string;
  readonly inputs: readonly { shape: number[]; type: ElementType; elements: Elements }[];
  readonly run: (tensors: tf.Tensor[]) => tf.Tensor[];
}

function variant(one: Case, lie: Lie): Variant {
  // By its name, so that another case beside it does not change what it is tried with.
  const random = seeded(
    [...one.name].reduce((sum, letter) => (31 * sum + letter.codePointAt(0)!) | 0, 7),
  );
  const orders = one.inputs.map(({ shape }) => ordersOf(shape.length, lie));
  return {
    name: `${one.name}, ${lie}`,
    inputs: one.inputs.map(({ shape, type, elements }, index) => {
      const order = orders[index]?.given;
      const numbers = Array.from({ length: tf.util.sizeFromShape([...shape]) }, () =>
        elements(random),
      );
      return {
        shape: order ? order.map((axis) => shape[axis]!) : [...shape],
        type,
        elements: typed(type, numbers),
      };
    }),
    run(tensors) {
      const straight = tensors.map((tensor, index) => {
        const back = orders[index]?.back;
        return back ? tf.transpose(tensor, back) : tensor;
      });
      const made = one.run(...straight);
      return (Array.isArray(made) ? made : [made]) as tf.Tensor[];
    },
  };
}

function typed(type: ElementType, numbers: readonly number[]): Elements {
  if (type === 'float32') return Float32Array.from(numbers);
  return type === 'int32' ? Int32Array.from(numbers) : Uint8Array.from(numbers);
}

interface Outcome {
  readonly shape: readonly number[];
  readonly type: string;
  readonly elements: ArrayLike<number>;
}

function eager({ inputs, run }: Variant): Outcome[] {
  return tf.tidy(() =>
    run(inputs.map(({ elements, shape, type }) => tf.tensor(elements, shape, type))).map(
      (result) => ({
        shape: result.shape,
        type: result.dtype,
        elements: result.dataSync().slice(),
      }),
    ),
  );
}

type How = Pick<CompileOptions, 'optimize' | 'portable'>;

/** Compiles variants as one program, runs it once and gives the results of each. */
async function compiled(
  runtime: Runtime,
  variants: readonly Variant[],
  how: How,
): Promise<Outcome[][]> {
  const counts: number[] = [];
  const { graph } = await graphOf(
    variants.flatMap(({ inputs }) => inputs),
    (tensors) => {
      let next = 0;
      return variants.flatMap(({ inputs, run }) => {
        const results = run(tensors.slice(next, next + inputs.length));
        next += inputs.length;
        counts.push(results.length);
        return results;
      });
    },
  );
  const program: Program = await compile(runtime, graph, {
    name: 'cases',
    threads: 1,
    ...how,
  });
  try {
    const results = inMemory(
      await program.run(variants.flatMap(({ inputs }) => inputs.map(({ elements }) => elements))),
    );
    const outcomes = results.map((elements, index) => ({ ...program.outputs[index]!, elements }));
    let next = 0;
    return counts.map((count) => {
      next += count;
      return outcomes.slice(next - count, next);
    });
  } finally {
    await program.dispose();
  }
}

/** Of the largest magnitude of a result; tfjs's own kernels add up in float32, too. */
const TOLERANCE = 1e-5;

function expectAlike(found: readonly Outcome[], wanted: readonly Outcome[]): void {
  expect(found.map(({ shape, type }) => ({ shape: [...shape], type }))).toEqual(
    wanted.map(({ shape, type }) => ({ shape: [...shape], type })),
  );
  for (const [index, { elements, type }] of wanted.entries()) {
    const mine = found[index]!.elements;
    expect(mine.length).toBe(elements.length);
    const finite = Array.from(elements).filter((element) => Number.isFinite(element));
    const largest = finite.reduce((most, element) => Math.max(most, Math.abs(element)), 1e-30);
    const allowed = type === 'float32' ? TOLERANCE * largest : 0;
    for (let at = 0; at < elements.length; at++) {
      const [a, b] = [mine[at]!, elements[at]!];
      if (Object.is(a, b) || a === b || Math.abs(a - b) <= allowed) continue;
      expect.fail(`result ${index}, element ${at}: compiled ${a}, eager ${b}, allowed ${allowed}`);
    }
  }
}

/** The runtime, or undefined after one line that says why the tests that need it are left out. */
export async function runtimeOrLine(): Promise<Runtime | undefined> {
  const outcome = await loadRuntime();
  if (outcome.state === 'ok') return outcome.runtime;
  console.warn(`onnxruntime-node does not load (${outcome.detail}): compiled programs are not run`);
  return undefined;
}

/**
 * All cases in one program, each with its inputs row by row and channels first.
 *
 * @param forms in which convolutions are written; those of the processor where it is left out
 */
export async function compiledEqualsEager(
  title: string,
  cases: readonly Case[],
  how: How = { optimize: 'extended' },
  forms?: Forms,
): Promise<void> {
  const found = await runtimeOrLine();
  const runtime = found && forms ? onProvider(found, { ...found.provider, forms }) : found;
  describe.skipIf(!runtime)(title, () => {
    const variants = cases.flatMap((one) => {
      const row = variant(one, 'row by row');
      const same = one.inputs.every(({ shape }) => shape.length < 2);
      return same ? [row] : [row, variant(one, 'channels first')];
    });
    let together: Outcome[][] | undefined;
    let before = 0;
    beforeAll(async () => {
      await tf.setBackend('cpu');
      before = tf.memory().numTensors;
      together = await compiled(runtime!, variants, how).catch(() => undefined);
    });
    afterAll(() => {
      expect(tf.memory().numTensors).toBe(before);
    });
    for (const [index, one] of variants.entries()) {
      it(one.name, async () => {
        const wanted = eager(one);
        // One that does not compile fails alone, with its own error.
        const found = together?.[index] ?? (await compiled(runtime!, [one], how))[0]!;
        expectAlike(found, wanted);
      });
    }
  });
}
