import { defineOptimizer, type Optimizer, type OptimizerPlugin } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';

/** A plugin that must be refused. */
export interface FaultyOptimizer {
  readonly plugin: OptimizerPlugin;
  /** The check that must refuse it. */
  readonly check: string;
  /** What the message must say. */
  readonly says: RegExp;
}

/** Root mean square of the gradient (Tieleman and Hinton 2012), with a correction of its start. */
const RMS: Optimizer = {
  slots: ['square'],
  numbers: (step) => ({ correction: 1 / (1 - 0.9 ** step) }),
  update({ weight, gradient, slots, learningRate, numbers, decay }) {
    const square = tf.add(tf.mul(slots['square']!, 0.9), tf.mul(tf.square(gradient), 0.1));
    const root = tf.add(tf.sqrt(tf.mul(square, numbers['correction']!)), 1e-8);
    const direction = tf.div(gradient, root);
    const whole = decay ? tf.add(direction, tf.mul(weight, 0.01)) : direction;
    return { weight: tf.sub(weight, tf.mul(whole, learningRate)), slots: { square } };
  },
};

function spoilt(fault: Partial<Optimizer> | (() => Partial<Optimizer>)): OptimizerPlugin {
  return defineOptimizer({
    name: 'faulty',
    api: 1,
    create: () => ({ ...RMS, ...(typeof fault === 'function' ? fault() : fault) }),
  });
}

/** The optimizer that the faulty ones are made of. */
export const soundOptimizer = spoilt({});

/** One that looks at a weight as a whole, and says so. */
export const soundWhole = spoilt({
  slots: [],
  wholeWeights: true,
  update: ({ weight, gradient, learningRate }) => ({
    weight: tf.sub(weight, tf.mul(tf.div(gradient, tf.add(tf.norm(gradient), 1e-8)), learningRate)),
    slots: {},
  }),
});

const leaked: tf.Tensor[] = [];
export function freeLeaked(): void {
  tf.dispose(leaked.splice(0));
}

let memory = 0;

export const faultyOptimizers: Readonly<Record<string, FaultyOptimizer>> = {
  'has a slot twice': {
    plugin: spoilt({ slots: ['square', 'square'] }),
    check: 'declares its slots by different names',
    says: /different names.*\["square","square"\]/,
  },
  'keeps a slot as a mean': {
    plugin: spoilt({
      update: (call) => {
        const { weight, slots } = RMS.update(call);
        return { weight, slots: { square: tf.mean(slots['square']!) } };
      },
    }),
    check: 'gives weight and slots back in the shape of the weight',
    says: /square has another form.*float32 \[3\].*float32 \[\]/,
  },
  'forgets a slot': {
    plugin: spoilt({ update: (call) => ({ ...RMS.update(call), slots: {} }) }),
    check: 'gives weight and slots back in the shape of the weight',
    says: /the set of slots.*Expected: square\. Got: none/,
  },
  'gives a number for a weight': {
    plugin: spoilt({
      update: (call) => ({ ...RMS.update(call), weight: 1 as unknown as tf.Tensor }),
    }),
    check: 'gives weight and slots back in the shape of the weight',
    says: /weight has another form.*a number/,
  },
  'knows kernels of four axes alone': {
    plugin: spoilt({
      update: (call) => {
        if (call.weight.rank !== 4) throw new Error('no kernel');
        return RMS.update(call);
      },
    }),
    check: 'gives weight and slots back in the shape of the weight',
    says: /a weight \[\].*no kernel/,
  },
  'divides by 0 at the first step': {
    plugin: spoilt({ numbers: (step) => ({ correction: 1 / (1 - 0.9 ** (step - 1)) }) }),
    check: 'gives the same finite numbers for the same step',
    says: /correction = Infinity at step 1/,
  },
  'has other numbers later': {
    plugin: spoilt({ numbers: (step) => (step < 10 ? { correction: 1 } : { rest: 1 }) }),
    check: 'gives the same finite numbers for the same step',
    says: /rest at step/,
  },
  'counts its calls instead of the steps': {
    plugin: spoilt(() => {
      let step = 0;
      return { numbers: () => ({ correction: 1 / (1 - 0.9 ** ++step) }) };
    }),
    check: 'gives the same finite numbers for the same step',
    says: /the same finite numbers for the same step/,
  },
  climbs: {
    plugin: spoilt({
      update: (call) => RMS.update({ ...call, gradient: tf.neg(call.gradient) }),
    }),
    check: 'moves weights to where their gradient is 0',
    says: /does not go where the gradient leads/,
  },
  'returns the slot as the weight': {
    plugin: spoilt({
      update: (call) => {
        const { weight, slots } = RMS.update(call);
        return { weight: slots['square']!, slots: { square: weight } };
      },
    }),
    check: 'stands still without a gradient, where weight decay does not apply',
    says: /moves without a gradient/,
  },
  'decays biases too': {
    plugin: spoilt({ update: (call) => RMS.update({ ...call, decay: true }) }),
    check: 'stands still without a gradient, where weight decay does not apply',
    says: /moves without a gradient.*let decay alone decide/,
  },
  'has a learning rate of its own': {
    plugin: spoilt({
      update: (call) => RMS.update({ ...call, learningRate: tf.scalar(0.01) }),
    }),
    check: 'stands still at a learning rate of 0',
    says: /at a learning rate of 0/,
  },
  'divides by the root of 0': {
    plugin: spoilt({
      update: ({ weight, gradient, slots, learningRate }) => {
        const square = tf.add(tf.mul(slots['square']!, 0.9), tf.mul(tf.square(gradient), 0.1));
        const step = tf.div(gradient, tf.sqrt(square));
        return { weight: tf.sub(weight, tf.mul(step, learningRate)), slots: { square } };
      },
    }),
    check: 'is finite at gradients of 0, tiny ones and large ones',
    says: /gradients of about 0.*NaN/,
  },
  'looks at the whole weight and does not say so': {
    plugin: spoilt({
      update: (call) =>
        RMS.update({ ...call, gradient: tf.sub(call.gradient, tf.mean(call.gradient)) }),
    }),
    check: 'moves each element by itself, or says that it does not',
    says: /wholeWeights: true/,
  },
  'remembers outside its slots': {
    plugin: spoilt(() => {
      let last = 0;
      return {
        update: (call) => {
          const { weight, slots } = RMS.update(call);
          last += 0.1;
          return { weight: tf.add(weight, last), slots };
        },
      };
    }),
    check: 'gives the same update the same result',
    says: /the second time/,
  },
  'counts steps by itself': {
    plugin: spoilt(() => {
      let step = 0;
      return {
        numbers: () => ({ correction: 1 }),
        update: (call) => {
          step++;
          return RMS.update({
            ...call,
            learningRate: tf.div(call.learningRate, step) as tf.Scalar,
          });
        },
      };
    }),
    check: 'goes on after a resume as if nothing had happened',
    says: /after a resume/,
  },
  'keeps a tensor': {
    plugin: spoilt({
      update: (call) => {
        leaked.push(tf.keep(tf.clone(call.gradient)));
        return RMS.update(call);
      },
    }),
    check: 'keeps no tensor',
    says: /more tensors/,
  },
  'disposes its gradient': {
    plugin: spoilt({
      update: (call) => {
        const updated = RMS.update(call);
        call.gradient.dispose();
        return updated;
      },
    }),
    check: 'disposes nothing that it is given',
    says: /disposes gradient/,
  },
  'branches on a value': {
    plugin: spoilt({
      update: (call) => {
        memory = call.gradient.dataSync()[0]!;
        return RMS.update(call);
      },
    }),
    check: 'reads no tensor',
    says: /no step can be compiled/,
  },
  'adds noise of its own': {
    plugin: spoilt({
      update: (call) => {
        const updated = RMS.update(call);
        return { ...updated, weight: tf.add(updated.weight, 1e-12 * (Math.random() + memory)) };
      },
    }),
    check: 'draws no random numbers of its own',
    says: /Math\.random/,
  },
};
