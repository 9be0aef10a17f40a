import { createHash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import type { Json, RandomStream } from '../contracts/random.ts';
import { randomRange, randomState } from './errors.ts';

/**
 * A stream of random numbers that is fixed by its seed: xoroshiro128+ (Blackman and Vigna 2018),
 * started from a SHA-256 digest, so that neighbouring seeds and similar names give unrelated streams.
 */
export function createRandom(seed: number | string): RandomStream {
  return stream([seed]);
}

/** `path` is the seed, followed by the names of the forks. */
function stream(path: readonly (number | string)[]): RandomStream {
  let generator = xoroshiro128plusFromState(firstState(path));
  const integer = (from: number, to: number) => {
    if (!(Number.isSafeInteger(from) && Number.isSafeInteger(to) && from <= to)) {
      throw randomRange(from, to);
    }
    return uniformInt(generator, from, to);
  };
  return {
    next: () => uniformFloat64(generator),
    integer,
    normal() {
      // Box and Muller 1958. The second number of the pair is not kept: the state stays the generator's.
      const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(generator)));
      return radius * Math.cos(2 * Math.PI * uniformFloat64(generator));
    },
    shuffle(items) {
      for (let last = items.length - 1; last > 0; last--) {
        const other = uniformInt(generator, 0, last);
        [items[last], items[other]] = [items[other]!, items[last]!];
      }
      return items;
    },
    fork: (name) => stream([...path, name]),
    state: () => [...generator.getState()],
    restore(state) {
      if (!isState(state)) throw randomState(state);
      generator = xoroshiro128plusFromState(state);
    },
  };
}

function firstState(path: readonly (number | string)[]): number[] {
  const digest = createHash('sha256').update(JSON.stringify(path)).digest();
  return [0, 4, 8, 12].map((offset) => digest.readInt32LE(offset));
}

function isState(state: Json): state is readonly number[] {
  return (
    Array.isArray(state) && state.length === 4 && state.every((word) => Number.isInteger(word))
  );
}
