import { readManifest } from '../manifestDifferences.ts';

/** A plugin as a manifest names it, with its options. */
interface Named {
  readonly use: string;
  readonly with: Readonly<Record<string, unknown>>;
}

/** The settings that advice is about, as a resolved manifest has them; absent ones as their defaults are. */
export interface ManifestView {
  readonly normalize: unknown;
  readonly pixelWeights: unknown;
  /** `data.split`: lists, or shares. */
  readonly split: Readonly<Record<string, unknown>>;
  readonly model: Named;
  readonly weights: unknown;
  readonly freeze: readonly unknown[];
  readonly losses: readonly (Named & { readonly weight: unknown })[];
  readonly sampler: Named;
  readonly learningRate: number;
  readonly optimizer: Named;
  readonly warmup: number;
  readonly clip: number | null;
  readonly batch: number;
  readonly epochs: number;
  readonly budget: unknown;
  readonly minimumSize: unknown;
  /** `off` where nothing was watched. */
  readonly sentinel: unknown;
}

type Tree = Readonly<Record<string, unknown>>;

/** @param manifest resolved, as plain data */
export function manifestView(manifest: unknown): ManifestView {
  const root = map(manifest);
  const train = map(root['train']);
  const optimizer = map(train['optimizer']);
  const evaluate = map(root['evaluate']);
  const data = map(root['data']);
  const model = map(root['model']);
  return {
    normalize: data['normalize'] ?? 'set',
    pixelWeights: data['pixelWeights'] ?? {},
    split: map(data['split']),
    model: named(root['model']),
    weights: model['weights'],
    freeze: list(model['freeze']),
    losses: list(root['loss']).map((loss) => ({
      ...named(loss),
      weight: map(loss)['weight'] ?? 1,
    })),
    sampler: named(root['sampler'] ?? { use: '@raremask/sampler' }),
    learningRate: number(optimizer['learningRate'], 1e-3),
    optimizer: named(train['optimizer'] ?? {}, 'adam'),
    warmup: number(map(train['schedule'])['warmup'], 0),
    clip: typeof train['clip'] === 'number' ? train['clip'] : null,
    batch: number(train['batch'], 8),
    epochs: number(train['epochs'], 40),
    budget: train['budget'] ?? null,
    minimumSize: evaluate['minimumSize'] ?? 0,
    sentinel: train['sentinel'] ?? {},
  };
}

/** The manifest of a run folder; undefined where there is none, or it is no YAML. */
export async function readManifestView(path: string): Promise<ManifestView | undefined> {
  const manifest = await readManifest(path);
  return manifest === undefined ? undefined : manifestView(manifest);
}

function named(value: unknown, otherwise = ''): Named {
  if (typeof value === 'string') return { use: value, with: {} };
  return { use: text(map(value)['use'], otherwise), with: map(map(value)['with']) };
}

function map(value: unknown): Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Tree)
    : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function number(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

function text(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}
