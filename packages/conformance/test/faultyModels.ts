import {
  defineModel,
  type Facts,
  type ForwardCall,
  facts,
  type Model,
  type ModelPlugin,
  type Outputs,
  type Parameter,
  type RandomStream,
  RaremaskError,
  rng,
} from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';

/** A plugin that must be refused. */
export interface FaultyModel {
  readonly plugin: ModelPlugin;
  /** The check that must refuse it. */
  readonly check: string;
  /** What the message must say. */
  readonly says: RegExp;
  /** What the check is told of the model. */
  readonly expects?: { readonly dropout?: boolean; readonly batchStatistics?: boolean };
}

const WIDTH = 3;

/** The steps of a small network; a faulty model has one of them in another form. */
interface Steps {
  convolve(x: tf.Tensor, kernel: tf.Tensor): tf.Tensor;
  normalise(
    x: tf.Tensor,
    call: ForwardCall,
  ): { readonly x: tf.Tensor; readonly buffers?: tf.Tensor[] };
  drop(x: tf.Tensor, call: ForwardCall): tf.Tensor;
  /** Adds what is seen at half the resolution. */
  widen(x: tf.Tensor): tf.Tensor;
  head(x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor): tf.Tensor;
  check(images: tf.Tensor): void;
}

const convolve = (x: tf.Tensor, kernel: tf.Tensor): tf.Tensor =>
  x.rank === 4
    ? tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, 'same')
    : tf.conv3d(x as tf.Tensor5D, kernel as tf.Tensor5D, 1, 'same');

const standardised = (x: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor): tf.Tensor =>
  tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-3)));

const momentsOf = (x: tf.Tensor) =>
  tf.moments(
    x,
    Array.from({ length: x.rank - 1 }, (_, axis) => axis),
  );

const renewed = (old: tf.Tensor, fresh: tf.Tensor): tf.Tensor =>
  tf.add(tf.mul(old, 0.9), tf.mul(fresh, 0.1));

/** Repeats every pixel along every space axis. */
function repeated(x: tf.Tensor): tf.Tensor {
  let result = x;
  for (let axis = 1; axis < x.rank - 1; axis++) {
    const shape = result.shape.map((extent, at) => (at === axis ? 2 * extent : extent));
    result = tf.reshape(tf.stack([result, result], axis + 1), shape);
  }
  return result;
}

const halved = (x: tf.Tensor): tf.Tensor =>
  x.rank === 4
    ? tf.avgPool(x as tf.Tensor4D, 2, 2, 'valid')
    : tf.avgPool3d(x as tf.Tensor5D, 2, 2, 'valid');

const right: Steps = {
  convolve,
  normalise(x, { mode, buffers: [mean, variance] }) {
    if (mode === 'infer') return { x: standardised(x, mean!, variance!) };
    const moments = momentsOf(x);
    return {
      x: standardised(x, moments.mean, moments.variance),
      buffers: [renewed(mean!, moments.mean), renewed(variance!, moments.variance)],
    };
  },
  drop(x, { mode, uniform }) {
    if (mode === 'infer') return x;
    return tf.mul(x, tf.cast(tf.greaterEqual(uniform(x.shape), 0.25), 'float32'));
  },
  widen: (x) => tf.add(x, repeated(halved(x))),
  head: (x, kernel, bias) => tf.add(convolve(x, kernel), bias),
  check(images) {
    const size = images.shape.slice(1, -1);
    if (size.every((extent) => extent % 2 === 0)) return;
    throw new RaremaskError({
      code: 'RAREMASK_TINY_SIZE',
      category: 'run',
      where: 'model (faulty)',
      what: 'odd extents do not fit',
      got: size.join(' x '),
    });
  },
};

interface Services {
  readonly facts: Facts;
  readonly rng: RandomStream;
}

function kernel(random: RandomStream, name: string, shape: readonly number[]): Parameter {
  const stream = random.fork(name);
  const length = shape.reduce((product, extent) => product * extent, 1);
  const initial = Float32Array.from({ length }, () => 0.4 * stream.normal());
  return { name, shape, initial, decay: true };
}

const vector = (name: string, length: number, value: number): Parameter => ({
  name,
  shape: [length],
  initial: new Float32Array(length).fill(value),
  decay: false,
});

/** Convolution, batch normalisation, dropout, a part at half the resolution, 1x1 convolution. */
function network({ facts, rng }: Services, steps: Steps, channels = facts.channels): Model {
  const cube = (extent: number) => Array<number>(facts.space).fill(extent);
  return {
    multipleOf: cube(2),
    weights: [
      kernel(rng, 'first.kernel', [...cube(3), channels, WIDTH]),
      kernel(rng, 'head.kernel', [...cube(1), WIDTH, facts.classes.length]),
      vector('head.bias', facts.classes.length, 0),
    ],
    buffers: [vector('mean', WIDTH, 0), vector('variance', WIDTH, 1)],
    forward(call): Outputs {
      steps.check(call.images);
      const [first, last, bias] = call.weights as [tf.Tensor, tf.Tensor, tf.Tensor];
      const { x, buffers } = steps.normalise(steps.convolve(call.images, first), call);
      const logits = steps.head(steps.widen(tf.elu(steps.drop(x, call))), last, bias);
      return buffers === undefined ? { logits } : { logits, buffers };
    },
  };
}

function model(
  make: (services: Services) => Model | Promise<Model>,
  more: object = {},
): ModelPlugin {
  return defineModel({
    name: 'faulty',
    api: 1,
    needs: { facts, rng },
    create: (_, services) => make(services),
    ...more,
  });
}

/** The sound network with a step in another form. */
const spoilt = (steps: Partial<Steps>): ModelPlugin =>
  model((services) => network(services, { ...right, ...steps }));

/** The sound network with members of its own. */
const changed = (change: (sound: Model, services: Services) => Partial<Model>): ModelPlugin =>
  model((services) => {
    const sound = network(services, right);
    return { ...sound, ...change(sound, services) };
  });

export const soundModel = spoilt({});

/** Without normalisation and dropout. */
export const soundPlainModel = model((services) => ({
  ...network(services, { ...right, normalise: (x) => ({ x }), drop: (x) => x }),
  buffers: [],
}));

let leaked: tf.Tensor[] = [];
export function freeLeaked(): void {
  tf.dispose(leaked);
  leaked = [];
}

const sized = 'gives logits of the size of the images, one for each class';
const gradient = 'has a gradient for every weight';
const bufferCheck = 'hands over new buffers in training, and uses them in inference';
const inputCheck = 'does not change what it is given';

/** The sound model, with auxiliary outputs in a mode. */
function supervised(
  auxiliary: (logits: tf.Tensor) => Outputs['auxiliary'],
  mode: ForwardCall['mode'] = 'train',
): ModelPlugin {
  return {
    ...soundModel,
    async create(options, services) {
      const model = await soundModel.create(options, services);
      return {
        ...model,
        forward(call) {
          const outputs = model.forward(call);
          return call.mode === mode
            ? { ...outputs, auxiliary: auxiliary(outputs.logits)! }
            : outputs;
        },
      };
    },
  };
}

/** The sound model, which says something of whole images. */
function judging(
  declared: (model: Model) => Model,
  image?: (outputs: Outputs) => Outputs['image'],
): ModelPlugin {
  return {
    ...soundModel,
    async create(options, services) {
      const model = await soundModel.create(options, services);
      const forward: Model['forward'] = (call) => {
        const outputs = model.forward(call);
        return image ? { ...outputs, image: image(outputs)! } : outputs;
      };
      return declared({ ...model, forward });
    },
  };
}

export const faultyModels: Readonly<Record<string, FaultyModel>> = {
  'loses the border': {
    plugin: spoilt({
      convolve: (x, kernel) =>
        x.rank === 4
          ? tf.pad(tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, 'valid'), [
              [0, 0],
              [0, 0],
              [0, 0],
              [0, 0],
            ])
          : convolve(x, kernel),
      widen: (x) => x,
    }),
    check: sized,
    says: /1 image of \[4, 6\] in training: the logits have a wrong shape\. Expected: float32 \[1, 4, 6, 2\].*Got: float32 \[1, 2, 4, 2\].*pad the convolutions/,
  },
  'has auxiliary logits of another batch': {
    plugin: supervised((logits) => [{ logits: tf.concat([logits, logits]), weight: 0.5 }]),
    check: 'gives auxiliary logits that divide the images, in training alone',
    says: /3 images of \[4, 6\] in training.*each extent a divisor of \[4, 6\].*Got: float32 \[6, 4, 6, 2\]/,
  },
  'has auxiliary logits that count nothing': {
    plugin: supervised((logits) => [{ logits, weight: 0 }]),
    check: 'gives auxiliary logits that divide the images, in training alone',
    says: /Expected: a weight above 0\. Got: 0/,
  },
  'has auxiliary logits in inference': {
    plugin: supervised((logits) => [{ logits, weight: 1 }], 'infer'),
    check: 'gives auxiliary logits that divide the images, in training alone',
    says: /in inference.*Got: 1 auxiliary outputs/,
  },
  'says something of images without declaring it': {
    plugin: judging(
      (model) => model,
      ({ logits }) => ({ logits: tf.max(logits, [1, 2, 3]), weight: 1 }),
    ),
    check: 'says of each image whether it has any structure, or of none',
    says: /Expected: none without judgesImages: true.*Got: float32 \[3\]/,
  },
  'declares what it does not say': {
    plugin: judging((model) => ({ ...model, judgesImages: true })),
    check: 'says of each image whether it has any structure, or of none',
    says: /Expected: float32 \[3, 1\]\. Got: none/,
  },
  'stays at half the resolution': {
    plugin: spoilt({ widen: halved }),
    check: sized,
    says: /Expected: float32 \[1, 4, 6, 2\].*Got: float32 \[1, 2, 3, 2\].*undo every pooling/,
  },
  'swaps height and width': {
    plugin: spoilt({
      head: (x, kernel, bias) => {
        const y = right.head(x, kernel, bias);
        return tf.transpose(y, y.rank === 4 ? [0, 2, 1, 3] : [0, 1, 3, 2, 4]);
      },
    }),
    check: sized,
    says: /Expected: float32 \[1, 4, 6, 2\].*Got: float32 \[1, 6, 4, 2\]/,
  },
  'has one output, whatever the classes': {
    plugin: spoilt({ head: (x, kernel, bias) => tf.sum(right.head(x, kernel, bias), -1, true) }),
    check: sized,
    says: /Got: float32 \[1, 4, 6, 1\].*number of classes from the facts/,
  },
  'repeats one output for all classes': {
    plugin: spoilt({
      head: (x, kernel, bias) => {
        const y = right.head(x, kernel, bias);
        return tf.add(tf.mul(y, 0), tf.sum(y, -1, true));
      },
    }),
    check: 'has logits of its own for each class',
    says: /the classes background and a have the same logits.*one output for each class/,
  },
  'is written for images of one channel': {
    plugin: model((services) => network(services, right, 1)),
    check: sized,
    says: /4 exclusive classes, 2-D, 3 channels.*the model, or its gradient, throws.*depth of input \(3\)/s,
  },
  'sees the first channel alone': {
    plugin: model((services) =>
      network(
        services,
        {
          ...right,
          convolve: (x, kernel) =>
            convolve(tf.slice(x, Array(x.rank).fill(0), [...x.shape.slice(0, -1), 1]), kernel),
        },
        1,
      ),
    ),
    check: 'sees every channel of the images',
    says: /do not depend on channel 1 of the images.*number of channels from the facts/,
  },
  'has no form for volumes': {
    plugin: spoilt({
      convolve: (x, kernel) => tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, 'same'),
    }),
    check: sized,
    says: /3 exclusive classes, 3-D.*1 image of \[4, 6, 8\].*throws/,
  },
  'uses an operation that has no gradient': {
    plugin: spoilt({
      widen: (x) => (x.rank === 4 ? tf.image.rotateWithOffset(x as tf.Tensor4D, 0.1) : x),
    }),
    check: 'is finite for images with and without contrast',
    says: /no gradient goes through RotateWithOffset, on which the logits depend, at .*faultyModels\.ts:\d+:\d+\. .*Do this: rotate .*docs\/gradients\.md/,
  },
  'divides by the contrast of an image': {
    plugin: spoilt({
      normalise: (x, call) => {
        const spread = tf.sqrt(momentsOf(call.images).variance);
        return right.normalise(tf.div(x, tf.mean(spread)), call);
      },
    }),
    check: 'is finite for images with and without contrast',
    says: /all pixels 0: not finite: logits\..*Got: NaN.*small number to a variance/,
  },
  'takes the root of a variance of 0': {
    plugin: spoilt({
      normalise: (x, call) => {
        const { variance } = momentsOf(x);
        const { buffers } = right.normalise(x, call);
        return { x: tf.div(x, tf.add(tf.sqrt(variance), 1)), ...(buffers && { buffers }) };
      },
    }),
    check: 'is finite for images with and without contrast',
    says: /all pixels 0: not finite: the gradient of first\.kernel/,
  },
  'takes any size and cuts off the rest': {
    plugin: spoilt({
      check: () => {},
      widen: (x) => {
        const wide = repeated(halved(x));
        return wide.size === x.size ? tf.add(x, wide) : x;
      },
    }),
    check: 'refuses images of a size that does not fit',
    says: /1 image of \[5, 6\] in training: the model takes a size that does not fit by its own multipleOf.*multiples of \[2, 2\]/,
  },
  'breaks at a size that does not fit': {
    plugin: spoilt({ check: () => {} }),
    check: 'refuses images of a size that does not fit',
    says: /1 image of \[5, 6\] in training: the error for a size that does not fit does not say so.*Got: Error: .*compare the extents with multipleOf/s,
  },
  'leaves tensors behind when it refuses a size': {
    plugin: spoilt({
      check: (images) => {
        if (images.shape[1]! % 2 === 1) leaked.push(tf.keep(tf.clone(images)));
        right.check(images);
      },
    }),
    check: 'refuses images of a size that does not fit',
    says: /keeps tensors.*Got: 1 more after a call that was refused/,
  },
  'normalises by the batch in inference': {
    plugin: spoilt({ normalise: (x, call) => right.normalise(x, { ...call, mode: 'train' }) }),
    check: 'gives an image the same logits among others as alone',
    says: /logits of image 0 depend on its neighbours in the batch\. Expected: .*, as alone\..*buffers in inference/,
  },
  'drops values in inference': {
    plugin: spoilt({ drop: (x, call) => right.drop(x, { ...call, mode: 'train' }) }),
    check: 'leaves chance to training',
    says: /in inference: inference draws random numbers.*Got: 1 calls.*leave dropout out/,
  },
  'draws numbers for dropout and drops nothing': {
    plugin: spoilt({
      drop: (x, call) => {
        if (call.mode === 'train') call.uniform(x.shape);
        return x;
      },
    }),
    check: 'leaves chance to training',
    says: /chance changes nothing in training.*the same logits with other numbers/,
  },
  'forgets its dropout': {
    plugin: spoilt({ drop: (x) => x }),
    check: 'leaves chance to training',
    says: /chance changes nothing in training.*Got: 0 draws/,
    expects: { dropout: true },
  },
  'normalises each image by itself where the batch was asked for': {
    plugin: soundPlainModel,
    check: 'normalises the images of a batch together in training',
    says: /training does not use statistics of the batch.*look at mode/,
    expects: { batchStatistics: true },
  },
  'uses tf.dropout': {
    plugin: spoilt({ drop: (x, { mode }) => (mode === 'train' ? tf.dropout(x, 0.25) : x) }),
    check: 'draws no random numbers of its own',
    says: /Math\.random is called.*tf\.dropout call it too/,
  },
  'draws first weights with Math.random': {
    plugin: changed(({ weights }) => ({
      weights: weights.map((weight) => ({ ...weight, initial: weight.initial.map(Math.random) })),
    })),
    check: 'has the same first weights for the same seed',
    says: /two models of the same seed begin with different values of first\.kernel.*rng service/,
  },
  'has a seed of its own': {
    plugin: changed(({ weights }) => ({
      weights: weights.map((weight) => ({
        ...weight,
        initial: weight.initial.map((_, at) => Math.sin(at)),
      })),
    })),
    check: 'has other first weights for another seed',
    says: /another seed of the run gives the same first weights.*seeded: false/,
  },
  'hides a weight': {
    plugin: model((services) => {
      const scale = 1 + services.rng.fork('scale').next();
      return network(services, { ...right, widen: (x) => right.widen(tf.mul(x, scale)) });
    }),
    check: 'depends on weights, buffers and images alone',
    says: /two models of different seeds, with the same weights and buffers, give different results.*checkpoint holds nothing else/,
  },
  'remembers the last call': {
    plugin: model((services) => {
      let calls = 0;
      return network(services, {
        ...right,
        widen: (x) => {
          calls += 1;
          return tf.mul(right.widen(x), calls);
        },
      });
    }),
    check: 'gives the same call the same result',
    says: /the same call has another result the second time.*outputs\.buffers/,
  },
  'keeps its buffers to itself': {
    plugin: changed((sound) => ({
      forward: (call) => ({ logits: sound.forward(call).logits }),
    })),
    check: bufferCheck,
    says: /the new buffers are not those declared\. Expected: \[3\] \[3\] in outputs\.buffers\. Got: none/,
  },
  'returns its buffers in another shape': {
    plugin: changed((sound) => ({
      forward: (call) => {
        const { logits, buffers = [] } = sound.forward(call);
        return { logits, buffers: buffers.map((buffer) => tf.expandDims(buffer)) };
      },
    })),
    check: bufferCheck,
    says: /Expected: \[3\] \[3\] in outputs\.buffers\. Got: \[1, 3\] \[1, 3\]/,
  },
  'returns the buffers that it got': {
    plugin: changed((sound) => ({
      forward: (call) => ({ logits: sound.forward(call).logits, buffers: call.buffers }),
    })),
    check: bufferCheck,
    says: /no buffer changes in training/,
  },
  'forgets its running variance in inference': {
    plugin: spoilt({
      normalise: (x, call) =>
        call.mode === 'infer'
          ? { x: standardised(x, call.buffers[0]!, tf.scalar(1)) }
          : right.normalise(x, call),
    }),
    check: bufferCheck,
    says: /in inference: the buffer variance changes nothing/,
  },
  'cuts the gradient off': {
    plugin: spoilt({
      widen: (x) => tf.tensor(x.dataSync(), x.shape),
    }),
    check: gradient,
    says: /the weight first\.kernel has no gradient.*no way from the weight to the logits/,
  },
  'multiplies a weight by 0': {
    plugin: spoilt({ head: (x, kernel, bias) => tf.add(convolve(x, kernel), tf.mul(bias, 0)) }),
    check: gradient,
    says: /the weight head\.bias has no gradient.*Got: 0 everywhere/,
  },
  'has a weight that it does not use': {
    plugin: changed((sound) => ({ weights: [...sound.weights, vector('spare', 2, 1)] })),
    check: gradient,
    says: /the weight spare has no gradient/,
  },
  'cuts the gradient of its coarse part': {
    plugin: spoilt({
      widen: (x) => {
        const frozen = tf.customGrad((y) => ({
          value: repeated(halved(y as tf.Tensor)),
          gradFunc: (dy) => tf.zerosLike(dy as tf.Tensor),
        }));
        return tf.add(x, frozen(x));
      },
    }),
    check: 'has the gradient of its logits',
    says: /the gradient of first\.kernel is not that of the logits.*by differences.*skip connection/,
  },
  'has a gradient of its own making': {
    plugin: spoilt({
      head: (x, kernel, bias) => {
        const doubled = tf.customGrad((y) => ({
          value: tf.clone(y as tf.Tensor),
          gradFunc: (dy) => tf.mul(dy as tf.Tensor, 2),
        }));
        return doubled(right.head(x, kernel, bias));
      },
    }),
    check: 'has the gradient of its logits',
    says: /the gradient of first\.kernel is not that/,
  },
  'owns variables': {
    plugin: model((services) => {
      const first = tf.ones([1]);
      const scale = tf.variable(first);
      leaked.push(first, scale);
      return network(services, { ...right, widen: (x) => right.widen(tf.mul(x, scale)) });
    }),
    check: 'keeps no tensor',
    says: /the model keeps tensors.*Got: 2 more after 6 calls.*own no tensor/,
  },
  'keeps what it computed': {
    plugin: spoilt({
      widen: (x) => {
        leaked.push(tf.keep(tf.clone(x)));
        return right.widen(x);
      },
    }),
    check: 'keeps no tensor',
    says: /Got: 6 more after 6 calls/,
  },
  'disposes the images': {
    plugin: changed((sound) => ({
      forward(call) {
        const outputs = sound.forward(call);
        call.images.dispose();
        return outputs;
      },
    })),
    check: inputCheck,
    says: /the model changes images of its call.*a tensor that is disposed/,
  },
  'writes into its buffers': {
    plugin: changed((sound) => ({
      forward(call) {
        const outputs = sound.forward(call);
        call.buffers[0]!.dataSync().fill(7);
        return outputs;
      },
    })),
    check: inputCheck,
    says: /changes mean of its call.*Got: 7 where .* was.*outputs\.buffers/,
  },
  'takes weights off the list': {
    plugin: changed((sound) => ({
      forward(call) {
        const outputs = sound.forward(call);
        (call.weights as tf.Tensor[]).shift();
        return outputs;
      },
    })),
    check: inputCheck,
    says: /changes the list of weights of its call.*2 tensors where 3 were/,
  },
  'trains its first values': {
    plugin: changed((sound) => ({
      forward(call) {
        sound.weights[2]!.initial[0]! += 1;
        return sound.forward(call);
      },
    })),
    check: inputCheck,
    says: /changes the first values of head\.bias of its call/,
  },
  'reads what it computed': {
    plugin: spoilt({
      widen: (x) => (tf.max(x).dataSync()[0]! > 100 ? x : right.widen(x)),
    }),
    check: 'reads no data of a tensor',
    says: /the model reads the data of a tensor.*Got: 1 readings/,
  },
  'gives two weights one name': {
    plugin: changed(({ weights }) => ({
      weights: weights.map((weight) => ({ ...weight, name: weight.decay ? 'kernel' : 'bias' })),
    })),
    check: sized,
    says: /two parameters are called kernel.*unique among weights and buffers, as a checkpoint/,
  },
  'says too few first values': {
    plugin: changed(({ weights: [first, ...others] }) => ({
      weights: [{ ...first!, initial: first!.initial.slice(1) }, ...others],
    })),
    check: sized,
    says: /first\.kernel has unusable first values.*a Float32Array of 27 values, as its shape \[3, 3, 1, 3\] says\. Got: Float32Array of 26/,
  },
  'has multiples for images alone': {
    plugin: changed(() => ({ multipleOf: [2, 2] })),
    check: sized,
    says: /3-D: multipleOf is unusable\. Expected: 3 whole numbers from 1\. Got: \[2,2\]/,
  },
  'lays out its weights when it is called': {
    plugin: model((services) => {
      const sound = network(services, right);
      const weights = [...sound.weights];
      const forward = (call: ForwardCall) => {
        if (weights.length === 3) weights.push(vector('late', 1, 0));
        return sound.forward(call);
      };
      return { ...sound, weights, forward };
    }),
    check: 'declares weights and buffers before it is called',
    says: /declared change with a call.*Got: .*late \[1\]/,
  },
  'takes options that do not exist': {
    plugin: model((services) => network(services, right), {
      options: z.object({ filters: z.int().default(1) }),
    }),
    check: 'refuses an option that it does not have',
    says: /takes an option that does not exist/,
  },
};
