import {
  type ErrorCategory,
  type ErrorParts,
  isRaremaskError,
  RaremaskError,
} from '@raremask/core';

/** An error as plain data, to be handed from one thread to another. */
export interface CarriedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | undefined;
  readonly category: ErrorCategory | undefined;
  readonly parts: ErrorParts | undefined;
  readonly cause: CarriedError | undefined;
}

export function packError(error: unknown): CarriedError {
  if (!(error instanceof Error)) return packError(new Error(String(error)));
  const { code, category, parts } = error as Partial<RaremaskError>;
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    code: typeof code === 'string' ? code : undefined,
    category,
    parts: isRaremaskError(error) ? parts : undefined,
    cause: error.cause === undefined ? undefined : packError(error.cause),
  };
}

export function unpackError(carried: CarriedError): Error {
  const options = carried.cause && { cause: unpackError(carried.cause) };
  if (carried.parts !== undefined) return new RaremaskError(carried.parts, options);
  const error = new Error(carried.message, options);
  error.name = carried.name;
  if (carried.stack !== undefined) error.stack = carried.stack;
  if (carried.code !== undefined) Object.assign(error, { code: carried.code });
  if (carried.category !== undefined) Object.assign(error, { category: carried.category });
  return error;
}
