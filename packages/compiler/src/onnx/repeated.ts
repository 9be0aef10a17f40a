import type { OnnxModel, OnnxPort } from './model.ts';

/** What the extent is called along which a repeated model has one element for each time. */
const TIMES = 'times';

/**
 * A model that does in one run what this one does in several, one after the other: ONNX's Scan. How many there are
 * is the first extent of the inputs that each of them has for itself; what each of them says has it as well.
 *
 * @param next results (by place) that are an input of the next one, and the place of that input; what the last one
 *   has made is the result
 */
export function repeated(model: OnnxModel, next: ReadonlyMap<number, number>): OnnxModel {
  const carried = [...next.values()];
  const { inputs, outputs } = model;
  const own = [...inputs.keys()].filter((place) => !carried.includes(place));
  const said = [...outputs.keys()].filter((place) => !next.has(place));
  const inputOrder = [...carried, ...own].map((place) => inputs[place]!);
  const outputOrder = [...next.keys(), ...said].map((place) => outputs[place]!);
  const outer = ({ name }: OnnxPort) => `${name} of all`;
  const port = (port: OnnxPort, isCarried: boolean): OnnxPort => ({
    ...port,
    name: outer(port),
    shape: isCarried ? port.shape : [TIMES, ...port.shape],
  });
  const { name, nodes, initializers, metadata } = model;
  return {
    name,
    metadata,
    initializers: [],
    inputs: inputs.map((one, place) => port(one, carried.includes(place))),
    outputs: outputs.map((one, place) => port(one, next.has(place))),
    nodes: [
      {
        operator: 'Scan',
        inputs: inputOrder.map(outer),
        outputs: outputOrder.map(outer),
        attributes: {
          body: {
            graph: {
              name: `one ${name}`,
              inputs: inputOrder,
              outputs: outputOrder,
              nodes,
              initializers,
            },
          },
          num_scan_inputs: own.length,
        },
      },
    ],
  };
}
