import { tf } from '@raremask/tfjs';
import type { UnetOptions } from './options.ts';

const SLOPE = 0.01;

/** Applies an activation; the gradients are in closed form, so that no comparison is materialised. */
export function activate(x: tf.Tensor, activation: UnetOptions['activation']): tf.Tensor {
  return activation === 'relu' ? tf.relu(x) : CLOSED[activation](x);
}

/** x between 0 and 6 (Howard et al. 2017); the gradient passes where the value is between them. */
export function relu6(x: tf.Tensor): tf.Tensor {
  return tf.customGrad((input, save) => {
    const result = tf.clipByValue(input as tf.Tensor, 0, 6);
    (save as tf.GradSaveFunc)([input as tf.Tensor, result]);
    return {
      value: result,
      gradFunc: (dy: tf.Tensor, [before, clipped]) =>
        tf.tidy(() => tf.mul(dy, tf.cast(tf.equal(before!, clipped!), 'float32'))),
    };
  })(x);
}

const CLOSED = {
  'leaky-relu': (x: tf.Tensor) => leakyRelu(x),
  elu: (x: tf.Tensor) => elu(x),
  silu: (x: tf.Tensor) => silu(x),
};

/** x, or 0.01 x below 0 (Maas et al. 2013); as a sum, since a maximum is slow on wasm. */
function leakyRelu(x: tf.Tensor): tf.Tensor {
  return tf.customGrad((input, save) => {
    const value = input as tf.Tensor;
    (save as tf.GradSaveFunc)([value]);
    return {
      value: tf.add(tf.mul(value, SLOPE), tf.mul(tf.relu(value), 1 - SLOPE)),
      gradFunc: (dy: tf.Tensor, [saved]) => tf.tidy(() => tf.mul(dy, tf.step(saved!, SLOPE))),
    };
  })(x);
}

/** x, or exp(x) - 1 below 0 (Clevert et al. 2016). */
function elu(x: tf.Tensor): tf.Tensor {
  return tf.customGrad((input, save) => {
    const result = tf.elu(input as tf.Tensor);
    (save as tf.GradSaveFunc)([result]);
    return {
      value: result,
      gradFunc: (dy: tf.Tensor, [saved]) =>
        tf.tidy(() => tf.mul(dy, tf.add(tf.sub(saved!, tf.relu(saved!)), 1))),
    };
  })(x);
}

/** x sigmoid(x) (Elfwing et al. 2018). */
function silu(x: tf.Tensor): tf.Tensor {
  return tf.customGrad((input, save) => {
    const gate = tf.sigmoid(input as tf.Tensor);
    const result = tf.mul(input as tf.Tensor, gate);
    (save as tf.GradSaveFunc)([result, gate]);
    return {
      value: result,
      gradFunc: (dy: tf.Tensor, [product, sigmoid]) =>
        tf.tidy(() => tf.mul(dy, tf.add(sigmoid!, tf.mul(product!, tf.sub(1, sigmoid!))))),
    };
  })(x);
}
