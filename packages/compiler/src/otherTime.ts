import process from 'node:process';

/** A day, an hour, a minute and a second, and a part of it: no unit of time stays as it is. */
const SHIFT = 90_061_234.5;

/**
 * Runs synchronous work as if at another time, and with other random numbers: what reads the clock, however slow it is,
 * or Math.random, gets other numbers than the call before.
 *
 * @param times how far off, 0 for now; calls with other ones differ from each other
 */
export function atAnotherTime<T>(times: number, work: () => T): T {
  const { Date: RealDate } = globalThis;
  const { random } = Math;
  const { now } = performance;
  const { hrtime } = process;
  const shift = times * SHIFT;
  const shifted = () => RealDate.now() + Math.floor(shift);
  const OtherDate = new Proxy(RealDate, {
    construct: (target, parameters, made) =>
      Reflect.construct(target, parameters.length > 0 ? parameters : [shifted()], made),
    apply: () => new RealDate(shifted()).toString(),
    get: (target, name) => (name === 'now' ? shifted : Reflect.get(target, name)),
  });
  const otherHrtime = Object.assign(
    (before?: [number, number]) => {
      const [seconds, nanoseconds] = hrtime(before);
      return [seconds + (before ? 0 : Math.floor(shift / 1000)), nanoseconds] as [number, number];
    },
    { bigint: () => hrtime.bigint() + BigInt(Math.floor(shift)) * 1_000_000n },
  );
  globalThis.Date = OtherDate;
  // Coarse use of a number shows in the first one; the others stay as they are, for who waits for some.
  let isFirst = true;
  Math.random = () => {
    const number = random();
    if (!isFirst) return number;
    isFirst = false;
    return times % 2 === 0 ? 0.1 * number : 1 - 0.1 * (1 - number);
  };
  performance.now = () => now.call(performance) + shift;
  process.hrtime = otherHrtime;
  try {
    return work();
  } finally {
    globalThis.Date = RealDate;
    Math.random = random;
    performance.now = now;
    process.hrtime = hrtime;
  }
}
