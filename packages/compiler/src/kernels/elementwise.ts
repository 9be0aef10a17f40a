import { broadcastShape, type ElementType, sizeOf, splat, type Value } from '../graph.ts';
import { channelsFirst, isRowMajor, type Layout, rowMajor, withLeading } from '../layout.ts';
import { type Kernel, type Kernels, type LowerCall, ONNX_TYPES } from './kernel.ts';

const BINARY = ['a', 'b'];
const UNARY = ['x'];

/** Channels of an image, behind its pixels, up to which the runtime is slow to repeat an operand along them. */
const FEW_CHANNELS = 8;

/** Whether an image's channels are few and an operand is repeated along them or along its pixels. */
function repeatsAlongFew(call: LowerCall): boolean {
  const { shape } = call.outputs[0]!;
  const channels = shape.at(-1) ?? 1;
  if (shape.length < 4 || channels === 1 || channels > FEW_CHANNELS) return false;
  return call.inputs.some(
    (input) =>
      sizeOf(input.shape) !== 1 &&
      sizeOf(input.shape) !== sizeOf(shape) &&
      splat(input) === undefined,
  );
}

/**
 * The layout that an element-wise result takes: that of its largest operand, or channels first where the rows of
 * pixels are all that is long.
 */
function commonLayout(call: LowerCall): Layout {
  const rank = call.outputs[0]!.shape.length;
  let best: Layout = rowMajor(rank);
  let most = -1;
  for (const [index, input] of call.inputs.entries()) {
    if (input.constant !== undefined) continue;
    const size = sizeOf(input.shape);
    const layout = withLeading(call.layout(index), rank - input.shape.length);
    if (size > most || (size === most && isRowMajor(best) && input.shape.length > 0)) {
      best = layout;
      most = size;
    }
  }
  const isRows = isRowMajor(best) && !call.portable;
  return isRows && repeatsAlongFew(call) ? channelsFirst(rank) : best;
}

/** An element-wise kernel; `write` gets its operands ready to be combined. */
function elementwise(
  inputs: readonly string[] | 'list',
  write: (call: LowerCall, operands: readonly string[]) => string,
  type?: ElementType | ((inputs: readonly Value[]) => ElementType),
): Kernel {
  return {
    inputs,
    elementwise: true,
    results: (values) => ({
      shape: broadcastShape(...values.map(({ shape }) => shape)),
      type: typeof type === 'function' ? type(values) : (type ?? values[0]!.type),
    }),
    lower(call) {
      const layout = commonLayout(call);
      const operands = call.inputs.map((_, index) => call.spread(index, layout));
      return { name: write(call, operands), layout };
    },
  };
}

const binary = (operator: string, type?: ElementType): Kernel =>
  elementwise(BINARY, (call, operands) => call.emit(operator, operands), type);

/** An operator that the runtime has for all element types. */
const unary = (operator: string): Kernel =>
  elementwise(UNARY, (call, operands) => call.emit(operator, operands));

const toFloat = { to: ONNX_TYPES.float32 };

/** Operators on floats only: other operands are cast, and what comes of them is cut to whole numbers. */
const composed = (write: (call: LowerCall, x: string) => string, type?: ElementType): Kernel =>
  elementwise(
    UNARY,
    (call, [x]) => {
      if (call.inputs[0]!.type === 'float32') return write(call, x!);
      const result = write(call, call.emit('Cast', [x!], toFloat));
      if (type !== undefined) return result;
      return call.emit('Cast', [result], { to: ONNX_TYPES[call.outputs[0]!.type] });
    },
    type,
  );

const ofFloats = (operator: string): Kernel => composed((call, x) => call.emit(operator, [x]));

/** An order of numbers, which the runtime does not have for bools. */
const comparison = (operator: string): Kernel =>
  elementwise(
    BINARY,
    (call, operands) => {
      const numbers = operands.map((operand, index) =>
        call.inputs[index]!.type === 'bool'
          ? call.emit('Cast', [operand], { to: ONNX_TYPES.int32 })
          : operand,
      );
      return call.emit(operator, numbers);
    },
    'bool',
  );

function number(call: LowerCall, value: number): string {
  return call.number(value, call.inputs[0]!.type);
}

export const elementwiseKernels: Kernels = {
  Add: binary('Add'),
  Sub: binary('Sub'),
  Multiply: binary('Mul'),
  RealDiv: binary('Div'),
  Maximum: binary('Max'),
  Minimum: binary('Min'),
  Pow: binary('Pow'),
  Greater: comparison('Greater'),
  GreaterEqual: comparison('GreaterOrEqual'),
  Less: comparison('Less'),
  LessEqual: comparison('LessOrEqual'),
  Equal: binary('Equal', 'bool'),
  NotEqual: elementwise(
    BINARY,
    (call, operands) => call.emit('Not', [call.emit('Equal', operands)]),
    'bool',
  ),
  LogicalAnd: binary('And', 'bool'),
  LogicalOr: binary('Or', 'bool'),
  LogicalNot: unary('Not'),
  BitwiseAnd: binary('BitwiseAnd'),
  SquaredDifference: elementwise(BINARY, (call, operands) => {
    const difference = call.emit('Sub', operands);
    return call.emit('Mul', [difference, difference]);
  }),
  FloorDiv: elementwise(
    BINARY,
    (call, operands) => {
      const floats =
        call.inputs[0]!.type === 'float32'
          ? operands
          : operands.map((operand) => call.emit('Cast', [operand], toFloat));
      const quotient = call.emit('Floor', [call.emit('Div', floats)]);
      return call.emit('Cast', [quotient], { to: ONNX_TYPES.int32 });
    },
    'int32',
  ),
  // tfjs takes the sign of the divisor, which is what ONNX does where fmod is 0; floats need fmod 1.
  Mod: elementwise(BINARY, (call, [a, b]) => {
    if (call.inputs[0]!.type !== 'float32') return call.emit('Mod', [a!, b!]);
    const whole = call.emit('Floor', [call.emit('Div', [a!, b!])]);
    return call.emit('Sub', [a!, call.emit('Mul', [whole, b!])]);
  }),
  Atan2: elementwise(BINARY, (call, [y, x]) => atan2(call, y!, x!)),
  AddN: elementwise('list', (call, operands) =>
    call.inputs[0]!.type === 'float32'
      ? call.emit('Sum', operands)
      : operands.reduce((sum, operand) => call.emit('Add', [sum, operand])),
  ),
  Neg: unary('Neg'),
  Abs: unary('Abs'),
  Exp: composed((call, x) => call.emit('Exp', [x]), 'float32'),
  Log: ofFloats('Log'),
  Sqrt: ofFloats('Sqrt'),
  Floor: ofFloats('Floor'),
  Ceil: ofFloats('Ceil'),
  Round: ofFloats('Round'),
  Sign: unary('Sign'),
  Relu: unary('Relu'),
  Sigmoid: ofFloats('Sigmoid'),
  Tanh: ofFloats('Tanh'),
  Sin: ofFloats('Sin'),
  Cos: ofFloats('Cos'),
  Tan: ofFloats('Tan'),
  Asin: ofFloats('Asin'),
  Acos: ofFloats('Acos'),
  Atan: ofFloats('Atan'),
  Sinh: ofFloats('Sinh'),
  Cosh: ofFloats('Cosh'),
  Asinh: ofFloats('Asinh'),
  Acosh: ofFloats('Acosh'),
  Atanh: ofFloats('Atanh'),
  Erf: ofFloats('Erf'),
  Reciprocal: ofFloats('Reciprocal'),
  Softplus: composed((call, x) => {
    // log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)), which does not overflow.
    const small = call.emit('Exp', [call.emit('Neg', [call.emit('Abs', [x])])]);
    const rest = call.emit('Log', [call.emit('Add', [small, call.number(1)])]);
    return call.emit('Add', [call.emit('Relu', [x]), rest]);
  }),
  Rsqrt: composed((call, x) => call.emit('Reciprocal', [call.emit('Sqrt', [x])])),
  Square: elementwise(UNARY, (call, [x]) => call.emit('Mul', [x!, x!])),
  Expm1: composed((call, x) => expm1(call, x)),
  Log1p: composed((call, x) => log1p(call, x)),
  Step: composed((call, x) => {
    const positive = call.emit('Cast', [call.emit('Greater', [x, call.number(0)])], toFloat);
    const alpha = Number(call.attributes['alpha'] ?? 0);
    if (alpha === 0) return positive;
    const scaled = call.emit('Mul', [positive, call.number(1 - alpha)]);
    return call.emit('Add', [scaled, call.number(alpha)]);
  }),
  Elu: composed((call, x) => call.emit('Elu', [x])),
  EluGrad: elementwise(['dy', 'y'], (call, [dy, y]) => {
    const below = call.emit('Mul', [dy!, call.emit('Add', [y!, call.number(1)])]);
    const positive = call.emit('GreaterOrEqual', [y!, call.number(0)]);
    return call.emit('Where', [positive, dy!, below]);
  }),
  Selu: composed((call, x) => call.emit('Selu', [x])),
  LeakyRelu: composed(
    (call, x) =>
      call.emit('LeakyRelu', [x], { alpha: { float: Number(call.attributes['alpha'] ?? 0.2) } }),
    'float32',
  ),
  Relu6: elementwise(UNARY, (call, [x]) =>
    call.emit('Clip', [x!, number(call, 0), number(call, 6)]),
  ),
  Prelu: elementwise(['x', 'alpha'], (call, [x, alpha]) => {
    const below = call.emit('Mul', [x!, alpha!]);
    return call.emit('Where', [call.emit('Less', [x!, call.number(0)]), below, x!]);
  }),
  ClipByValue: elementwise(UNARY, (call, [x]) => {
    const limit = (name: string) => number(call, Number(call.attributes[name]));
    return call.emit('Clip', [x!, limit('clipValueMin'), limit('clipValueMax')]);
  }),
  IsNan: composed((call, x) => call.emit('IsNaN', [x]), 'bool'),
  IsInf: composed((call, x) => call.emit('IsInf', [x]), 'bool'),
  IsFinite: composed((call, x) => {
    const odd = call.emit('Or', [call.emit('IsNaN', [x]), call.emit('IsInf', [x])]);
    return call.emit('Not', [odd]);
  }, 'bool'),
  Select: elementwise(
    ['condition', 't', 'e'],
    (call, operands) => call.emit('Where', operands),
    (inputs) => inputs[1]!.type,
  ),
  Cast: {
    ...elementwise(UNARY, (call, [x]) => {
      const { type } = call.outputs[0]!;
      return call.emit('Cast', [x!], { to: ONNX_TYPES[type] });
    }),
    results: ([x], attributes) => ({
      shape: x!.shape,
      type: attributes['dtype'] as ElementType,
    }),
  },
};

/** Near 0 by its series, since exp(x) - 1 loses all digits there. */
function expm1(call: LowerCall, x: string): string {
  const far = call.emit('Sub', [call.emit('Exp', [x]), call.number(1)]);
  const half = call.emit('Add', [
    call.number(1),
    call.emit('Mul', [
      x,
      call.emit('Add', [call.number(0.5), call.emit('Mul', [x, call.number(1 / 6)])]),
    ]),
  ]);
  const near = call.emit('Mul', [x, half]);
  const small = call.emit('Less', [call.emit('Abs', [x]), call.number(1e-2)]);
  return call.emit('Where', [small, near, far]);
}

function log1p(call: LowerCall, x: string): string {
  const far = call.emit('Log', [call.emit('Add', [x, call.number(1)])]);
  const series = call.emit('Sub', [
    call.number(1),
    call.emit('Mul', [
      x,
      call.emit('Sub', [call.number(0.5), call.emit('Mul', [x, call.number(1 / 3)])]),
    ]),
  ]);
  const near = call.emit('Mul', [x, series]);
  const small = call.emit('Less', [call.emit('Abs', [x]), call.number(1e-2)]);
  return call.emit('Where', [small, near, far]);
}

/** By the half angle: 2 atan(y / (sqrt(x^2 + y^2) + x)), and pi where x < 0 and y = 0. */
function atan2(call: LowerCall, y: string, x: string): string {
  const squares = call.emit('Add', [call.emit('Mul', [x, x]), call.emit('Mul', [y, y])]);
  const radius = call.emit('Sqrt', [squares]);
  const right = call.emit('Div', [y, call.emit('Add', [radius, x])]);
  const left = call.emit('Div', [call.emit('Sub', [radius, x]), y]);
  const zero = call.number(0);
  const behind = call.emit('Less', [x, zero]);
  const angle = call.emit('Mul', [
    call.emit('Atan', [call.emit('Where', [behind, left, right])]),
    call.number(2),
  ]);
  const onAxis = call.emit('Equal', [y, zero]);
  const straight = call.emit('Where', [behind, call.number(Math.PI), zero]);
  return call.emit('Where', [onAxis, straight, angle]);
}
