import type { Model, Parameter } from '@raremask/core';
import { weightsFitNothing } from '../errors.ts';
import type { NamedArray } from '../record/safetensors.ts';
import { type Fit, fitted } from './fitted.ts';
import { type ModuleKind, type NameTable, possibleNames } from './names.ts';
import type { WeightFile } from './weightFile.ts';

/** What a model took from a file. */
export interface WeightReport {
  readonly taken: readonly {
    readonly name: string;
    /** Its name in the file. */
    readonly from: string;
    readonly shape: readonly number[];
    /** What was done to its values, where something was. */
    readonly change?: string;
  }[];
  readonly anew: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly reason: string;
  }[];
  /** Names in the file that nothing in the model has. */
  readonly unused: readonly string[];
}

/**
 * The same model, which begins with the values of a file where names and shapes fit. A layer (what
 * shares a name up to the last dot) is taken as a whole: where one of its arrays has another shape in
 * the file, all of it starts anew.
 *
 * @throws RaremaskError where nothing fits
 */
export function startedFrom(
  model: Model,
  file: WeightFile,
  channels: number,
  table: NameTable,
): { readonly model: Model; readonly report: WeightReport } {
  const all = [...model.weights, ...model.buffers];
  const places = placesOf(all, file, table);
  const fits = new Map<string, Fit>(
    all.flatMap((parameter) => {
      const from = places.get(parameter.name);
      if (from === undefined) return [];
      const fit = fitted(file.arrays.get(from)!, file.layout, parameter, channels);
      const bias = places.get(`${layerOf(parameter.name)}.bias`);
      const isMean = parameter.name.endsWith('.mean') && bias !== undefined;
      const whole = isMean ? withoutBias(fit, file.arrays.get(bias)) : fit;
      return [[parameter.name, whole] as const];
    }),
  );
  const broken = new Map<string, string>();
  for (const [name, fit] of fits) {
    const layer = layerOf(name);
    if ('refused' in fit && !broken.has(layer)) broken.set(layer, `${name}: ${fit.refused}`);
  }
  const taken: WeightReport['taken'][number][] = [];
  const anew: WeightReport['anew'][number][] = [];
  const begun = (parameter: Parameter): Parameter => {
    const { name, shape } = parameter;
    const fit = fits.get(name);
    const layer = broken.get(layerOf(name));
    if (fit === undefined || layer !== undefined || 'refused' in fit) {
      anew.push({ name, shape, reason: layer ?? 'not in the file' });
      return parameter;
    }
    const { change } = fit;
    taken.push({ name, from: places.get(name)!, shape, ...(change !== undefined && { change }) });
    return { ...parameter, initial: fit.values };
  };
  const weights = model.weights.map(begun);
  const buffers = model.buffers.map(begun);
  if (!weights.some((weight, index) => weight !== model.weights[index])) {
    const names = (list: Iterable<string>) => [...list].slice(0, 3).join(', ');
    const [mismatch] = broken.values();
    throw weightsFitNothing(
      file.path,
      names(file.arrays.keys()),
      names(all.map(({ name }) => name)),
      mismatch,
    );
  }
  const merged = taken.flatMap(({ name, change }) => {
    const bias = places.get(`${layerOf(name)}.bias`);
    return name.endsWith('.mean') && change !== undefined && bias !== undefined ? [bias] : [];
  });
  const used = new Set([...taken.map(({ from }) => from), ...merged]);
  const unused = [...file.arrays.keys()].filter((name) => !used.has(name));
  return {
    model: { ...model, weights, buffers, forward: (call) => model.forward(call) },
    report: { taken, anew, unused },
  };
}

/** Names of the model -> names in the file. The first array that can have a name has it. */
function placesOf(
  all: readonly Parameter[],
  { arrays, layout }: WeightFile,
  table: NameTable,
): ReadonlyMap<string, string> {
  const known = new Set(all.map(({ name }) => name));
  const places = new Map<string, string>();
  for (const name of arrays.keys()) {
    const kind = moduleKind(name, arrays);
    const possible = layout === 'own' ? [name] : possibleNames(name, kind, table);
    const found =
      possible.find((one) => known.has(one)) ??
      (kind === 'convolution' ? possible.find((one) => known.has(meanOf(one))) : undefined);
    if (found !== undefined && !places.has(found)) places.set(found, name);
  }
  return places;
}

/** A module whose weight is a vector scales channels. */
function moduleKind(name: string, arrays: WeightFile['arrays']): ModuleKind {
  const weight = arrays.get(`${layerOf(name)}.weight`);
  return weight?.shape.length === 1 ? 'normalization' : 'convolution';
}

/** The running mean of the layer, for the name of its bias. */
function meanOf(name: string): string {
  return name.endsWith('.bias') ? `${layerOf(name)}.mean` : name;
}

/**
 * A bias before a batch normalisation, which our layers do not have: it is a part of the mean that is
 * subtracted.
 */
function withoutBias(fit: Fit, bias: NamedArray | undefined): Fit {
  if (bias === undefined || 'refused' in fit || bias.values.length !== fit.values.length) {
    return fit;
  }
  const values = fit.values.map((mean, channel) => mean - bias.values[channel]!);
  return { values, change: 'less the bias before it' };
}

function layerOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('.')));
}
