import { Joined } from '@raremask/compiler';
import type { StepProgram } from '../step/program.ts';
import type { Exchange } from './runner.ts';
import { placesOf } from './stepInputs.ts';

/** Kinds of the state that are changed between gathering and update. */
const KINDS = ['gathered', 'buffers'] as const;

/** Who holds a state, by places in the list of all of it. */
interface Holder {
  /** The elements of a place, as tfjs orders them; not changed. */
  read(place: number): Float32Array;
  put(place: number, values: Float32Array): void;
}

/**
 * Lets what was gathered, and the running statistics, be changed.
 *
 * @param memory of an earlier call, which is used again
 */
export function exchanged(
  program: StepProgram,
  change: Exchange,
  { read, put }: Holder,
  memory: readonly Float32Array[] = [],
): readonly Float32Array[] {
  const both = KINDS.map((kind, index) => {
    const places = placesOf(program, [kind]);
    return { places, joined: new Joined(places.map(read), memory[index]) };
  });
  const [gathered, buffers] = both.map(({ joined }) => joined.values);
  change(gathered!, buffers!);
  for (const { places, joined } of both) {
    for (const [index, place] of places.entries()) put(place, joined.part(index));
  }
  return [gathered!, buffers!];
}
