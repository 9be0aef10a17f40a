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

/** The first line of whatever was thrown, without its full stop, and where it was thrown. */
export function firstLine(error: unknown, place?: string): string {
  const text =
    error instanceof Error && !isRaremaskError(error)
      ? `${error.name}: ${error.message}`
      : String(isRaremaskError(error) ? error.message : error);
  const line = (text.split('\n')[0] ?? '').replace(/[\s.]+$/, '');
  return place === undefined ? line : `${line}, at ${place}`;
}

export function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}
