import { sizeOf } from '../graph.ts';
import { channelsFirst, physicalShape } from '../layout.ts';
import { type LowerCall, type Lowered, ONNX_TYPES, Unsupported } from './kernel.ts';
import { type SlidingWindow, unreached } from './slidingWindow.ts';

/** Every pixel gets an equal share of each window that it is in; a window's padding has shares, too. */
export function overlappingAverageGradient(call: LowerCall, window: SlidingWindow): Lowered {
  const input = call.inputs[1]!.shape;
  const layout = channelsFirst(input.length);
  const [batch, channels] = [input[0]!, input.at(-1)!];
  const dy = call.emit('Reshape', [
    call.take(0, layout),
    call.ints([batch * channels, 1, ...window.output]),
  ]);
  const count = sizeOf(window.size);
  const shares = call.numbers(new Float32Array(count).fill(1 / count), [1, 1, ...window.size]);
  const spread = call.emit('ConvTranspose', [dy, shares], {
    kernel_shape: window.size,
    strides: window.strides,
    pads: [...window.before, ...window.after],
    output_padding: unreached(window),
  });
  const name = call.emit('Reshape', [spread, call.ints(physicalShape(input, layout))]);
  return { name, layout };
}

/** 1 where two tensors are equal, else 0. */
export function alike(call: LowerCall, a: string, b: string): string {
  return call.emit('Cast', [call.emit('Equal', [a, b])], { to: ONNX_TYPES.float32 });
}

/** Lower than any number of float32 that an image has. */
const LOWEST = -3.4e38;

/**
 * The same where nothing says which places these are: each place of the window is compared with the maximum, in
 * order, and takes the gradient where none before it was as large. Images only.
 */
export function comparedMaximumGradient(call: LowerCall, window: SlidingWindow): Lowered {
  const input = call.inputs[1]!.shape;
  if (input.length !== 4) {
    throw new Unsupported('its windows overlap in volumes, which this provider cannot pool');
  }
  const layout = channelsFirst(input.length);
  const [batch, channels] = [input[0]!, input.at(-1)!];
  const { size, strides, output, before, after } = window;
  const pads = call.ints([0, 0, ...before, 0, 0, ...after]);
  const x = call.emit('Pad', [call.take(1, layout), pads, call.number(LOWEST)]);
  const [dy, largest] = [call.take(0, layout), call.take(2, layout)];
  const images = call.ints([batch * channels, 1, ...output]);
  const count = sizeOf(size);
  let free: string | undefined;
  const parts = Array.from({ length: count }, (_, place) => {
    const offset = [Math.floor(place / size[1]!), place % size[1]!];
    const ends = offset.map((from, axis) => from + (output[axis]! - 1) * strides[axis]! + 1);
    const seen = call.emit('Slice', [
      ...[x, call.ints(offset), call.ints(ends)],
      ...[call.ints(spaceAxes(window)), call.ints(strides)],
    ]);
    const here = alike(call, seen, largest);
    const own = free === undefined ? here : call.emit('Mul', [here, free]);
    free = call.emit('Sub', [free ?? call.number(1), own]);
    return call.emit('Reshape', [call.emit('Mul', [own, dy]), images]);
  });
  const joined = call.emit('Concat', parts, { axis: 1 });
  const one = Float32Array.from({ length: count * count }, (_, at) =>
    at % count === Math.floor(at / count) ? 1 : 0,
  );
  const spread = call.emit('ConvTranspose', [joined, call.numbers(one, [count, 1, ...size])], {
    kernel_shape: size,
    strides,
    pads: [...before, ...after],
    output_padding: unreached(window),
  });
  const name = call.emit('Reshape', [spread, call.ints(physicalShape(input, layout))]);
  return { name, layout };
}

/**
 * The places of the windows' maxima get the gradients' sums. Of several maxima in a window the first
 * counts, in volumes the last, as in tfjs: there all is mirrored.
 */
export function overlappingMaximumGradient(call: LowerCall, window: SlidingWindow): Lowered {
  const input = call.inputs[1]!.shape;
  const layout = channelsFirst(input.length);
  const mirrored = input.length === 5;
  const turn = (name: string) => (mirrored ? mirror(call, name, window) : name);
  const reached = window.input.map((extent, axis) => extent - unreached(window)[axis]!);
  // Mirrored, the rows that no window reaches would come first.
  const x = turn(cut(call, call.take(1, layout), mirrored ? reached : window.input, window));
  const pads = mirrored ? [...window.after, ...window.before] : [...window.before, ...window.after];
  const [, places] = call.emitSeveral(
    'MaxPool',
    [x],
    { kernel_shape: window.size, strides: window.strides, pads },
    2,
  );
  const flat = (name: string) => call.emit('Reshape', [name, call.ints([-1])]);
  const space = mirrored ? reached : window.input;
  const shape = [input[0]!, input.at(-1)!, ...space];
  const zeros = call.emit('Expand', [call.number(0), call.ints([sizeOf(shape)])]);
  const sums = call.emit(
    'ScatterElements',
    [zeros, flat(places!), flat(turn(call.take(0, layout)))],
    { axis: 0, reduction: 'add' },
  );
  const image = turn(call.emit('Reshape', [sums, call.ints(shape)]));
  const missing = window.input.map((extent, axis) => extent - space[axis]!);
  if (missing.every((count) => count === 0)) return { name: image, layout };
  const none = [0, 0, ...missing.map(() => 0)];
  return { name: call.emit('Pad', [image, call.ints([...none, 0, 0, ...missing])]), layout };
}

function spaceAxes({ size }: SlidingWindow): number[] {
  return size.map((_, axis) => axis + 2);
}

function cut(
  call: LowerCall,
  name: string,
  space: readonly number[],
  window: SlidingWindow,
): string {
  if (space.every((extent, axis) => extent === window.input[axis])) return name;
  const begin = space.map(() => 0);
  return call.emit('Slice', [
    name,
    call.ints(begin),
    call.ints(space),
    call.ints(spaceAxes(window)),
  ]);
}

/** All axes of space back to front. */
function mirror(call: LowerCall, name: string, window: SlidingWindow): string {
  const all = (number: number) => call.ints(window.size.map(() => number));
  const ends = all(-(2 ** 31));
  return call.emit('Slice', [name, all(-1), ends, call.ints(spaceAxes(window)), all(-1)]);
}
