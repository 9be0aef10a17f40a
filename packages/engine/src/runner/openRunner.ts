import type { OnEvent } from '@raremask/core';
import type { NetworkProgram, StepProgram } from '../step/program.ts';
import { CompiledNetwork, CompiledRunner } from './compiledRunner.ts';
import type { Compute } from './compute.ts';
import { EagerRunner, eagerNetwork } from './eagerRunner.ts';
import { FallingBack } from './fallingBack.ts';
import type { Network, NetworkArrays, Runner, StateArrays } from './runner.ts';

/**
 * What computes a run's steps: compiled where a runtime is given, else kernel by kernel. A step that
 * cannot be compiled is said in one note, and the run goes on eagerly from the state it has.
 */
export function openRunner(
  compute: Compute | undefined,
  program: StepProgram,
  state: StateArrays,
  emit: OnEvent,
): Runner {
  if (compute === undefined) return new EagerRunner(program, state, emit);
  const compiled = new CompiledRunner(compute, program, state, emit);
  const running = new FallingBack<Runner>(
    compiled,
    async (before) => new EagerRunner(program, await before.state(), emit),
    emit,
    compute,
  );
  return {
    step: (call) => running.try((runner) => runner.step(call)),
    steps: (calls) => running.try((runner) => runner.steps(calls)),
    get atOnce() {
      return running.now.atOnce;
    },
    exchange: (change) => running.now.exchange(change),
    update: (call) => running.try((runner) => runner.update(call)),
    infer: (images, count, size) => running.try((runner) => runner.infer(images, count, size)),
    state: () => running.now.state(),
    load: (loaded) => running.now.load(loaded),
    dispose: () => running.now.dispose(),
  };
}

/** A trained network, to infer with. */
export function openNetwork(
  compute: Compute | undefined,
  program: NetworkProgram,
  state: NetworkArrays,
  emit: OnEvent,
): Network {
  if (compute === undefined) return eagerNetwork(program, state);
  const compiled: Network = new CompiledNetwork(compute, program, state, emit);
  const running = new FallingBack(compiled, () => eagerNetwork(program, state), emit, compute);
  return {
    infer: (images, count, size) => running.try((network) => network.infer(images, count, size)),
    dispose: () => running.now.dispose(),
  };
}
