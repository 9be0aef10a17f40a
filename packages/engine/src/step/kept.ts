import { tf } from '@raremask/tfjs';

/**
 * Results of a function whose gradient is taken, other than its value, live only as long as the tape
 * does. Here they are kept by hand, and handed over as ordinary tensors of the caller's scope.
 */
export function withKept<T>(
  run: (keep: (name: string, tensors: readonly tf.Tensor[]) => void) => T,
): {
  readonly result: T;
  readonly kept: Readonly<Record<string, tf.Tensor[]>>;
} {
  const held: Record<string, tf.Tensor[]> = {};
  try {
    const result = run((name, tensors) => {
      held[name] = tensors.map((tensor) => tf.keep(tensor));
    });
    const kept = Object.entries(held).map(([name, tensors]) => [
      name,
      tensors.map((tensor) => tf.clone(tensor)),
    ]);
    return { result, kept: Object.fromEntries(kept) };
  } finally {
    for (const tensors of Object.values(held)) tf.dispose(tensors);
  }
}

/** tf.tidy for a record of tensors, nested as it likes. */
export function tidied<T extends object>(run: () => T): T {
  return tf.tidy(run as unknown as () => tf.TensorContainer) as unknown as T;
}
