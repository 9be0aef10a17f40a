import { tf } from '@raremask/tfjs';

/**
 * Runs the work with tfjs's own warnings off. A second installed copy of tfjs registers each of its
 * kernels anew, and tfjs warns about every one of them; a backend that does not start warns before
 * it says so to its caller.
 */
export async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const environment = tf.env();
  const before = environment.getBool('PROD');
  environment.set('PROD', true);
  try {
    return await work();
  } finally {
    environment.set('PROD', before);
  }
}

/** One line of at most 200 characters out of anything that was thrown. */
export function firstLine(thrown: unknown): string {
  const text =
    thrown instanceof Error ||
    (typeof thrown === 'object' && thrown !== null && 'message' in thrown)
      ? String(thrown.message)
      : String(thrown);
  const line = text.split('\n').find((candidate) => candidate.trim() !== '') ?? 'no message';
  const trimmed = line.trim().replace(/\.$/, '');
  return trimmed.length <= 200 ? trimmed : `${trimmed.slice(0, 199)}…`;
}
