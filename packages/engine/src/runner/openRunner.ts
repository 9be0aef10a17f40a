import type { OnEvent } from '../events.ts';
import type { NetworkProgram, StepProgram } from '../step/trainStep.ts';
import { CompiledNetwork, CompiledRunner, isNotTraceable } from './compiledRunner.ts';
import type { Compute } from './compute.ts';
import { EagerRunner, eagerNetwork } from './eagerRunner.ts';
import type { Network, Runner, StateArrays, StepCall, StepResult } from './runner.ts';

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
  if (compute === undefined) return new EagerRunner(program, state);
  const compiled = new CompiledRunner(compute, program, state, (what, { seconds, operators }) =>
    emit({
      type: 'note',
      level: 'info',
      text: `compiled the ${what}: ${operators} operators in ${seconds.toFixed(1)} s`,
    }),
  );
  return new FallingBack(compiled, program, emit);
}

class FallingBack implements Runner {
  #runner: Runner;
  readonly #program: StepProgram;
  readonly #emit: OnEvent;

  constructor(runner: Runner, program: StepProgram, emit: OnEvent) {
    this.#runner = runner;
    this.#program = program;
    this.#emit = emit;
  }

  step(call: StepCall): Promise<StepResult> {
    return this.#try((runner) => runner.step(call));
  }

  infer(images: Float32Array, count: number, size: readonly number[]): Promise<Float32Array> {
    return this.#try((runner) => runner.infer(images, count, size));
  }

  state(): StateArrays {
    return this.#runner.state();
  }

  dispose(): Promise<void> {
    return this.#runner.dispose();
  }

  async #try<T>(run: (runner: Runner) => Promise<T>): Promise<T> {
    try {
      return await run(this.#runner);
    } catch (error) {
      if (!isNotTraceable(error)) throw error;
      this.#emit({ type: 'note', level: 'warn', text: eagerNote(error.message) });
      const eager = new EagerRunner(this.#program, this.#runner.state());
      await this.#runner.dispose();
      this.#runner = eager;
      return await run(eager);
    }
  }
}

/** A trained network, to infer with. */
export function openNetwork(
  compute: Compute | undefined,
  program: NetworkProgram,
  state: StateArrays,
  emit: OnEvent,
): Network {
  if (compute === undefined) return eagerNetwork(program, state);
  let network: Network = new CompiledNetwork(compute, program, state);
  return {
    async infer(images, count, size) {
      try {
        return await network.infer(images, count, size);
      } catch (error) {
        if (!isNotTraceable(error)) throw error;
        emit({ type: 'note', level: 'warn', text: eagerNote(error.message) });
        await network.dispose();
        network = eagerNetwork(program, state);
        return await network.infer(images, count, size);
      }
    },
    dispose: () => network.dispose(),
  };
}

function eagerNote(message: string): string {
  return `not compiled: ${message}; it is computed step by step instead, which is slower`;
}
