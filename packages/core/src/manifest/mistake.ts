import { RaremaskError } from '../error.ts';
import type { Place } from './tree.ts';

/** A mistake in a manifest, and where it is. */
export interface Mistake {
  readonly at: Place;
  readonly error: RaremaskError;
}

/** Every mistake of a manifest. */
export class ManifestErrors extends RaremaskError {
  /** In the order in which a reader meets them. */
  readonly errors: readonly RaremaskError[];

  constructor(files: readonly string[], errors: readonly RaremaskError[]) {
    super({
      code: 'RAREMASK_MANIFEST',
      category: 'manifest',
      where: files.join(', '),
      what:
        errors.length === 1
          ? 'the manifest has a mistake'
          : `the manifest has ${errors.length} mistakes`,
    });
    this.message = errors.map(({ message }) => message).join('\n');
    this.errors = errors;
  }
}

/** The mistakes in the order of the sources and of the text, each of them once. */
export function inOrder(mistakes: readonly Mistake[]): readonly RaremaskError[] {
  const sorted = [...mistakes].sort(
    (left, right) => left.at.source - right.at.source || left.at.offset - right.at.offset,
  );
  const seen = new Set<string>();
  return sorted
    .map(({ error }) => error)
    .filter(({ message }) => !seen.has(message) && seen.add(message));
}
