import { tf } from '@raremask/tfjs';

/** Counts the calls of Math.random, which unseeded tf.random functions make too. */
export async function countRandomDraws(work: () => unknown): Promise<number> {
  let draws = 0;
  const original = Math.random;
  Math.random = () => {
    draws += 1;
    return original();
  };
  try {
    await work();
  } finally {
    Math.random = original;
  }
  return draws;
}

/** How long work that was put off gets: timers without a delay, and what waits for them. */
const LATER = 20;

/**
 * Counts how often the data of a tensor is read: while synchronous work runs, and afterwards by what it has
 * put off to a promise or a timer.
 */
export async function countReadings(work: () => void): Promise<number> {
  let readings = 0;
  let isOver = false;
  const engine = tf.engine();
  const { readSync, read } = engine;
  engine.readSync = (id) => {
    readings += 1;
    return readSync.call(engine, id);
  };
  engine.read = (id) => {
    readings += 1;
    return read.call(engine, id);
  };
  const restored = READERS.map((name) => {
    const prototype = tf.Tensor.prototype as unknown as Record<
      string,
      (this: tf.Tensor) => unknown
    >;
    const stock = prototype[name]!;
    prototype[name] = function (this: tf.Tensor, ...given: []) {
      if (!isOver) return stock.apply(this, given);
      readings += 1;
      // The tensor is gone by now; its numbers no longer matter.
      return new Promise(() => undefined);
    };
    return () => {
      prototype[name] = stock;
    };
  });
  try {
    work();
    isOver = true;
    await new Promise((resolve) => setTimeout(resolve, LATER));
  } finally {
    engine.readSync = readSync;
    engine.read = read;
    for (const restore of restored) restore();
  }
  return readings;
}

/** What a tensor is read by. */
const READERS = [
  'data',
  'dataSync',
  'array',
  'arraySync',
  'buffer',
  'bufferSync',
  'bytes',
  'print',
];

/** The clock, an hour later, while synchronous work runs. */
export function anHourLater<T>(work: () => T): T {
  const hour = 3_600_000;
  const { Date: Now } = globalThis;
  const { now } = performance;
  class Later extends Now {
    constructor(...given: []) {
      super(...((given.length > 0 ? given : [Now.now() + hour]) as []));
    }
    static override now() {
      return Now.now() + hour;
    }
  }
  globalThis.Date = Later as DateConstructor;
  performance.now = () => now.call(performance) + hour;
  try {
    return work();
  } finally {
    globalThis.Date = Now;
    performance.now = now;
  }
}

/** Counts the tensors that are made while work runs, those of tfjs operations included. */
export async function countTensorsMade(work: () => unknown): Promise<number> {
  let made = 0;
  const engine = tf.engine();
  const { trackTensor } = engine;
  engine.trackTensor = (tensor, backend) => {
    made += 1;
    trackTensor.call(engine, tensor, backend);
  };
  try {
    await work();
  } finally {
    engine.trackTensor = trackTensor;
  }
  return made;
}
