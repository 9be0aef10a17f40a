import * as tf from '@tensorflow/tfjs';

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

/** Counts how often the data of a tensor is read while synchronous work runs. */
export function countReadings(work: () => void): number {
  let readings = 0;
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
  try {
    work();
  } finally {
    engine.readSync = readSync;
    engine.read = read;
  }
  return readings;
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
