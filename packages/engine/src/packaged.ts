import type { Facts, OnEvent } from '@raremask/core';
import type { LoadedManifest } from '@raremask/core/manifest';
import type { Normalization } from './intensities/normalize.ts';
import type { DecisionRule } from './judging/decisionRule.ts';
import { tileRule } from './judging/tileRule.ts';
import { openTrained, readTrained, scopeWithoutData } from './opening/openTrained.ts';
import { writeWeights } from './record/checkpoint.ts';

/** What is said of trained weights that are handed on. */
export interface Packaged {
  readonly facts: Facts;
  readonly normalization: Normalization;
  readonly multipleOf: readonly number[];
  readonly rule: DecisionRule;
  /** Of the windows that `evaluate.window` comes to for images of any size; undefined where these are not known, or images are seen whole. */
  readonly window?: readonly number[];
  readonly which: 'best' | 'last';
  /** Epoch of the weights, counted from 1. */
  readonly epoch: number;
  readonly parameters: number;
}

/**
 * Writes a run's weights without what only training needs, as a checkpoint that predicts.
 *
 * @param out the .safetensors file
 * @throws RaremaskError where the windows of `evaluate.window` do not fit the model
 */
export async function packageWeights(
  loaded: LoadedManifest,
  runPath: string,
  {
    out,
    checkpoint,
    onEvent,
  }: { out: string; checkpoint?: 'best' | 'last' | undefined; onEvent: OnEvent },
): Promise<Packaged> {
  const run = await readTrained(loaded, runPath, checkpoint, onEvent);
  const { head } = run.checkpoint;
  const { scope, close } = scopeWithoutData(loaded, head, onEvent);
  try {
    const { facts, model, rule } = await openTrained(loaded, run, scope);
    const { window } = loaded.manifest.evaluate;
    const tile = tileRule(window, facts, model)(model.multipleOf.map(() => Infinity));
    // Those of pictures depend on the memory of the machine.
    const isKnown = tile !== undefined && (facts.space === 3 || window !== 'auto');
    await writeWeights(out, run.checkpoint);
    return {
      ...(isKnown && { window: tile }),
      ...{ facts, rule, normalization: head.normalization, multipleOf: model.multipleOf },
      which: run.checkpoint.which,
      epoch: head.progress.epoch,
      parameters: model.weights.reduce((sum, { initial }) => sum + initial.length, 0),
    };
  } finally {
    await close();
  }
}
