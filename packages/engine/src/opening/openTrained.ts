import type { Facts, Model, OnEvent, Survey } from '@raremask/core';
import * as services from '@raremask/core';
import { createHost, type RunScope } from '@raremask/core/host';
import type { LoadedManifest, Manifest } from '@raremask/core/manifest';
import { openRunFolder, type RunFolder } from '@raremask/record';
import { noTrainingData } from '../errors.ts';
import { readDecision } from '../judging/decisionFile.ts';
import {
  type DecisionRule,
  decisionRule,
  type FoundRule,
  isSearched,
} from '../judging/decisionRule.ts';
import { type ChosenCheckpoint, checkpointState } from '../record/checkpoint.ts';
import type { CheckpointHead } from '../record/checkpointHead.ts';
import { readUsed, unverifiedNote } from '../record/chosenCheckpoint.ts';
import type { Compute } from '../runner/compute.ts';
import { openNetwork } from '../runner/openRunner.ts';
import type { Network, NetworkArrays } from '../runner/runner.ts';
import { guardedModel } from '../step/guardedModel.ts';
import { openScope } from './scope.ts';

/** A run's folder with the checkpoint that is used. */
export interface TrainedRun {
  readonly folder: RunFolder;
  readonly checkpoint: ChosenCheckpoint;
}

/**
 * @param loaded whose `evaluate.checkpoint` is taken where nothing is wished
 * @param onEvent hears where nothing in the checkpoint would tell damage
 */
export async function readTrained(
  { manifest }: LoadedManifest,
  path: string,
  wish: 'best' | 'last' | undefined,
  onEvent: OnEvent,
): Promise<TrainedRun> {
  const { folder } = await openRunFolder(path);
  const checkpoint = await readUsed(folder, wish, manifest);
  const note = unverifiedNote(checkpoint);
  if (note !== undefined) onEvent({ type: 'note', level: 'info', text: note });
  return { folder, checkpoint };
}

/** What a run has learned, ready to be used. */
export interface Trained extends TrainedRun {
  /** Of the training. */
  readonly facts: Facts;
  readonly model: Model;
  readonly state: NetworkArrays;
  /** What a search found for these weights and settings, where the manifest leaves it to one. */
  readonly found: FoundRule | undefined;
  /** The manifest's rule with what was found. */
  readonly rule: DecisionRule;
  network(compute: Compute | undefined, onEvent: OnEvent): Network;
}

/** Makes the model of a run, with its weights, and reads how its logits become labels. */
export async function openTrained(
  loaded: LoadedManifest,
  { folder, checkpoint }: TrainedRun,
  scope: RunScope,
): Promise<Trained> {
  const { facts } = checkpoint.head;
  const settings = loaded.manifest.evaluate;
  const { model: named } = loaded.plugins;
  const model = guardedModel(await scope.make(named), {
    place: `${named.place} (${named.plugin.name})`,
    url: named.url,
    facts,
  });
  const state = checkpointState(checkpoint, model);
  const found = isSearched(settings, model)
    ? await readDecision(folder, checkpoint, settings)
    : undefined;
  return {
    folder,
    checkpoint,
    facts,
    model,
    state,
    found,
    rule: decisionRule(settings, facts, found),
    network: (compute, onEvent) => openNetwork(compute, { facts, model }, state, onEvent),
  };
}

/** Says where the manifest leaves the decision to a search that was not made for these weights. */
export function warnUnsearched(
  settings: Manifest['evaluate'],
  trained: Pick<Trained, 'model' | 'found'>,
  onEvent: OnEvent,
): void {
  if (!isUnsearched(settings, trained)) return;
  const text =
    'nothing was searched on the validation split for this checkpoint and these settings, so the threshold is the usual one and every predicted structure is kept; raremask evaluate searches';
  onEvent({ type: 'note', level: 'warn', text });
}

export function isUnsearched(
  settings: Manifest['evaluate'],
  { model, found }: Pick<Trained, 'model' | 'found'>,
): boolean {
  return isSearched(settings, model) && found === undefined;
}

/** Scope of a job that needs nothing of the training data but what the checkpoint knows of them. */
export interface ScopeWithoutData {
  readonly scope: RunScope;
  close(): Promise<void>;
}

export function scopeWithoutData(
  loaded: LoadedManifest,
  { facts, census }: Pick<CheckpointHead, 'facts' | 'census'>,
  onEvent: OnEvent,
): ScopeWithoutData {
  const host = createHost();
  const scope = openScope(host, loaded, onEvent);
  scope.provide(services.facts, () => facts);
  scope.provide(services.census, () => async () => census);
  scope.provide(services.survey, () => async (): Promise<Survey> => {
    throw noTrainingData();
  });
  return { scope, close: () => host.dispose() };
}
