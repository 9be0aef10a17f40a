import {
  type AnySizeProgram,
  compile,
  compileAnySize,
  inMemory,
  NotGeneral,
  type Operand,
  type Program,
} from '@raremask/compiler';
import type { NetworkProgram } from '../step/program.ts';
import { type Compute, precisionOf } from './compute.ts';
import { graphsOfTwoSizes, inferenceGraph } from './inferenceGraph.ts';
import type { PlacementNotes } from './placementNotes.ts';
import { ProgramCache } from './programCache.ts';
import type { Inferred, NetworkArrays } from './runner.ts';

/**
 * The forward pass, compiled.
 *
 * With constant weights, one program for all sizes: the runtime's own layout of images, which needs
 * them, is then as fast as a program made for the size. Where each call brings the weights, the first
 * sizes get programs of their own, and the others share one. A model that cannot be compiled for any
 * size gets a program for each.
 */
export class InferencePrograms {
  readonly #compute: Compute;
  readonly #program: NetworkProgram;
  readonly #state: 'inputs' | NetworkArrays;
  readonly #placed: PlacementNotes;
  readonly #layouts: ReadonlyMap<number, readonly number[]> | undefined;
  readonly #bySize: ProgramCache<Program>;
  #anySize: AnySizeProgram | 'none' | undefined;

  /**
   * @param state weights and buffers, constants of the programs; or `inputs` where each call brings them
   * @param layouts how those inputs lie in memory
   */
  constructor(
    compute: Compute,
    program: NetworkProgram,
    state: 'inputs' | NetworkArrays,
    placed: PlacementNotes,
    layouts?: ReadonlyMap<number, readonly number[]>,
  ) {
    this.#compute = compute;
    this.#program = program;
    this.#state = state;
    this.#placed = placed;
    this.#layouts = layouts;
    this.#bySize = new ProgramCache((own) => own.dispose(), compute.pixelsKept);
  }

  /** @param given weights and buffers, where the programs take them */
  async run(
    given: readonly Operand[],
    images: Float32Array,
    count: number,
    size: readonly number[],
  ): Promise<Inferred> {
    const shape = [count, ...size];
    let program = this.#bySize.get(shape);
    if (program === undefined && (this.#state !== 'inputs' || !this.#bySize.hasRoom(shape))) {
      this.#anySize ??= await this.#compileAnySize();
      if (this.#anySize !== 'none') {
        const whole = [...shape, this.#program.facts.channels];
        const inputs = [...given, images];
        const results = await this.#anySize.run(inputs, new Map([[given.length, whole]]));
        this.#placed.after('inference', this.#anySize);
        return inferred(results);
      }
    }
    if (program === undefined) {
      const graph = await inferenceGraph(this.#program, shape, this.#state);
      program = await compile(this.#compute.runtime, graph, {
        ...this.#options(),
        ...precisionOf(this.#compute, graph),
      });
      await this.#bySize.add(shape, program);
    }
    const results = await program.run([...given, images]);
    this.#placed.after('inference', program);
    return inferred(results);
  }

  async dispose(): Promise<void> {
    await this.#bySize.clear();
    if (this.#anySize !== 'none') await this.#anySize?.dispose();
  }

  async #compileAnySize(): Promise<AnySizeProgram | 'none'> {
    try {
      const graphs = await graphsOfTwoSizes(this.#program, this.#state);
      return await compileAnySize(this.#compute.runtime, graphs, {
        ...this.#options(),
        ...precisionOf(this.#compute, ...graphs),
      });
    } catch (error) {
      if (error instanceof NotGeneral) return 'none';
      throw error;
    }
  }

  #options() {
    return {
      name: 'inference',
      threads: this.#compute.threads,
      optimize: this.#state === 'inputs' ? 'extended' : 'all',
      ...(this.#layouts && { inputLayouts: this.#layouts }),
    } as const;
  }
}

function inferred(results: readonly Operand[]): Inferred {
  const [logits, image] = inMemory(results) as unknown as readonly [Float32Array, Float32Array?];
  return image ? { logits, image } : { logits };
}
