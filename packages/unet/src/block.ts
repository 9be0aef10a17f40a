import { tf } from '@raremask/tfjs';
import { activate } from './activation.ts';
import { joined, type Layer, normalizedConvolution, type Plan } from './layers.ts';
import { squeezeExcite } from './squeezeExcite.ts';

/**
 * Convolutions, each followed by normalisation and activation; with `residual` the block's input is
 * added before the last activation (He et al. 2016), through a 1x1 convolution where channels differ.
 */
export function block(plan: Plan, name: string, from: number, to: number): Layer {
  const { convolutions, activation, residual } = plan.options;
  const layers = Array.from({ length: convolutions }, (_, index) =>
    normalizedConvolution(plan, `${name}.convolution${index + 1}`, index === 0 ? from : to, to, 3),
  );
  const shortcut =
    residual && from !== to
      ? normalizedConvolution(plan, `${name}.shortcut`, from, to, 1)
      : undefined;
  const excite = plan.options.squeezeExcite ? squeezeExcite(plan, name, to) : undefined;
  const excited: Layer = (inputs, pass) => excite?.(inputs, pass) ?? inputs[0]!;
  return (inputs, pass) => {
    let images = inputs;
    layers.forEach((layer, index) => {
      let result = layer(images, pass);
      if (residual && index === layers.length - 1) {
        const input = shortcut ? shortcut(inputs, pass) : joined(inputs);
        result = tf.add(excited([result], pass), input);
      }
      images = [activate(result, activation)];
    });
    return residual ? images[0]! : excited(images, pass);
  };
}
