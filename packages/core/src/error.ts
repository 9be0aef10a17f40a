/** Whose turn it is to mend something; the command line turns it into an exit code. */
export type ErrorCategory = 'manifest' | 'environment' | 'data' | 'run' | 'plugin' | 'interrupted';

export interface ErrorParts {
  /** Stable, never reused, listed in docs/errors.md. */
  readonly code: `RAREMASK_${string}`;
  readonly category: ErrorCategory;
  /** File, place in the manifest, image: whatever says where. */
  readonly where: string;
  /** What is wrong, without a full stop. */
  readonly what: string;
  readonly expected?: string;
  readonly got?: string;
  /** What the user should do. */
  readonly remedy?: string;
}

/** An error that a user can mend. It prints without a stack. */
export class RaremaskError extends Error {
  readonly code: string;
  readonly category: ErrorCategory;
  readonly parts: ErrorParts;

  constructor(parts: ErrorParts, options?: { readonly cause?: unknown }) {
    super(sentence(parts), options);
    this.name = 'RaremaskError';
    this.code = parts.code;
    this.category = parts.category;
    this.parts = parts;
  }
}

/** True for errors of this class from any installed copy of core or of a package beside it. */
export function isRaremaskError(value: unknown): value is RaremaskError {
  return value instanceof Error && value.name === 'RaremaskError' && 'code' in value;
}

function sentence(parts: ErrorParts): string {
  const pieces = [`${parts.where}: ${parts.what}.`];
  if (parts.expected !== undefined) pieces.push(`Expected: ${parts.expected}.`);
  if (parts.got !== undefined) pieces.push(`Got: ${parts.got}.`);
  if (parts.remedy !== undefined) pieces.push(`Do this: ${parts.remedy}.`);
  return pieces.join(' ');
}

/**
 * What the causes of an error say that itself does not: `, because of connect ECONNREFUSED 127.0.0.1:80` after Node's
 * `fetch failed`. Empty where it has none. The causes of an error of ours stand in its own words.
 */
export function causesOf(error: unknown): string {
  const seen = new Set<unknown>();
  let text = '';
  let one = error;
  while (one instanceof Error && !isRaremaskError(one) && !seen.has(one)) {
    seen.add(one);
    const words = wordsOf(one.cause);
    if (words !== '' && !one.message.includes(words)) text += `, because of ${words}`;
    one = one.cause;
  }
  return text;
}

function wordsOf(cause: unknown): string {
  if (!(cause instanceof Error)) return typeof cause === 'string' ? cause : '';
  // Node tries several addresses, and says nothing of them together.
  const [first] = cause instanceof AggregateError ? cause.errors : [];
  return (cause.message || wordsOf(first)).split('\n')[0]!.replace(/[\s.]+$/, '');
}

/** The first line of whatever was thrown, without its full stop, what it comes from, and where it was thrown. */
export function firstLine(error: unknown, place?: string): string {
  const text =
    error instanceof Error && !isRaremaskError(error)
      ? `${error.name}: ${error.message}`
      : String(isRaremaskError(error) ? error.message : error);
  const line = (text.split('\n')[0] ?? '').replace(/[\s.]+$/, '');
  const told = `${line}${causesOf(error)}`;
  return place === undefined ? told : `${told}, at ${place}`;
}

export function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}
