import { deepError, stackPlace } from '@raremask/core/host';
import { tf } from '@raremask/tfjs';
import { type CalledPlugin, calledPlugin } from './calledPlugin.ts';

/** Least and largest number; NaN in it makes both NaN. */
export type Range = readonly [least: number, largest: number];

/** The first operation, of finite numbers, whose result is not finite. */
export interface BrokenAt {
  readonly kernel: string;
  /** Whether its value is finite, and what is not is its gradient. */
  readonly isGradient: boolean;
  /** Who called it; undefined where no plugin did. */
  readonly plugin: CalledPlugin | undefined;
  /** Place in the plugin's own file, where a frame of it is known. */
  readonly line: string | undefined;
  /** What it was given, for each tensor whose numbers are still known. */
  readonly given: readonly Range[];
  /** What it gave. */
  readonly gave: Range;
}

/** Operations of a computation whose numbers were looked at, one after the other. */
export interface Numbers {
  /** The first operation on the way to this tensor that made it not finite; undefined where it is finite. */
  behind(tensor: tf.Tensor): BrokenAt | undefined;
  /** The first operation whose gradient is not finite, though what came back to it was. */
  readonly gradient: BrokenAt | undefined;
}

interface Operation {
  readonly kernel: string;
  readonly plugin: CalledPlugin | undefined;
  readonly called: Error;
  readonly inputs: readonly tf.Tensor[];
}

interface TapeNode {
  readonly kernelName: string;
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  gradient?: (dys: (tf.Tensor | undefined)[]) => Record<string, () => tf.Tensor>;
}

interface Engine {
  readonly state: { readonly activeTape: TapeNode[] };
  runKernel(name: string, inputs: object, attributes?: object): tf.Tensor | tf.Tensor[];
  addTapeNode(name: string, ...rest: unknown[]): void;
}

/**
 * Computes, and looks at the numbers of every operation and of every gradient. Each tensor is read, which takes
 * several times as long as the computation: for when something has gone wrong.
 */
export function withNumbers<T>(compute: (numbers: Numbers) => T): T {
  const engine = tf.engine() as unknown as Engine;
  const { runKernel, addTapeNode } = engine;
  const ranges = new Map<number, Range>();
  const makers = new Map<number, Operation>();
  let gradient: BrokenAt | undefined;
  // What is read while looking is no operation of the computation.
  const rangeOf = (tensor: tf.Tensor): Range | undefined => {
    const known = ranges.get(tensor.id);
    if (known !== undefined || tensor.isDisposed) return known;
    const range = rangeIn(tensor);
    ranges.set(tensor.id, range);
    return range;
  };
  const isBroken = (tensor: tf.Tensor) => !areFinite(rangeOf(tensor) ?? [0, 0]);
  engine.runKernel = (name, inputs, attributes) => {
    const result = runKernel.call(engine, name, inputs, attributes);
    const given = tensorsIn(Object.values(inputs));
    for (const tensor of given) rangeOf(tensor);
    for (const tensor of tensorsIn([result])) {
      if (!isBroken(tensor) || makers.has(tensor.id)) continue;
      const [plugin, called] = [calledPlugin(), deepError(name)];
      makers.set(tensor.id, { kernel: name, plugin, called, inputs: given });
    }
    return result;
  };
  engine.addTapeNode = (name, ...rest) => {
    addTapeNode.call(engine, name, ...rest);
    const node = engine.state.activeTape.at(-1)!;
    const { gradient: back } = node;
    if (back === undefined) return;
    const operation: Operation = {
      // A gradient of its own (tf.customGrad) has the name of a scope.
      kernel: tf.getGradient(name) === undefined ? 'tf.customGrad' : name,
      plugin: calledPlugin(),
      called: deepError(name),
      inputs: tensorsIn(Object.values(node.inputs)),
    };
    node.gradient = (dys) => {
      const isWhole = !dys.some((dy) => dy !== undefined && isBroken(dy));
      const look = (tensor: tf.Tensor) => {
        if (isWhole && isBroken(tensor)) {
          gradient ??= brokenAt(operation, rangeOf(tensor)!, true, rangeOf);
        }
        return tensor;
      };
      const thunks = Object.entries(back(dys));
      return Object.fromEntries(thunks.map(([key, thunk]) => [key, () => look(thunk())]));
    };
  };
  const behind = (tensor: tf.Tensor): BrokenAt | undefined => {
    let maker = makers.get(tensor.id);
    let gave = rangeOf(tensor)!;
    while (maker !== undefined) {
      const before = maker.inputs.find(({ id }) => makers.has(id));
      if (before === undefined) return brokenAt(maker, gave, false, rangeOf);
      gave = rangeOf(before)!;
      maker = makers.get(before.id);
    }
    return undefined;
  };
  try {
    return compute({
      behind,
      get gradient() {
        return gradient;
      },
    });
  } finally {
    engine.runKernel = runKernel;
    engine.addTapeNode = addTapeNode;
  }
}

/** Least and largest of some numbers. */
export function rangeOfNumbers(values: ArrayLike<number>): Range {
  let [least, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (Number.isNaN(value)) return [Number.NaN, Number.NaN];
    if (value < least) least = value;
    if (value > largest) largest = value;
  }
  return values.length === 0 ? [0, 0] : [least, largest];
}

export function areFinite(range: Range): boolean {
  return range.every(Number.isFinite);
}

function brokenAt(
  { kernel, plugin, called, inputs }: Operation,
  gave: Range,
  isGradient: boolean,
  rangeOf: (tensor: tf.Tensor) => Range | undefined,
): BrokenAt {
  const line = stackPlace(called, plugin?.url);
  const given = inputs.flatMap((tensor) => {
    const range = rangeOf(tensor);
    return range === undefined ? [] : [range];
  });
  return { kernel, isGradient, plugin, line, given, gave };
}

/** Whole numbers and conditions are finite; texts and complex numbers are no numbers here. */
function rangeIn(tensor: tf.Tensor): Range {
  return tensor.dtype === 'float32' ? rangeOfNumbers(tensor.dataSync()) : [0, 0];
}

function tensorsIn(values: readonly unknown[]): tf.Tensor[] {
  return values.flat().filter((one): one is tf.Tensor => one instanceof tf.Tensor);
}
