/** A function that cannot be traced; the caller runs it eagerly instead. */
export class NotTraceable extends Error {
  readonly code = 'RAREMASK_NOT_TRACEABLE';
  /** The tfjs kernel, or what was done that a graph cannot hold. */
  readonly operation: string;
  /** Why a graph cannot hold it. */
  readonly reason: string;
  /** What called it: a loss, the model, the optimizer. */
  readonly place: string | undefined;
  /** Where in its own file, `path:line:column`. */
  readonly line: string | undefined;

  constructor(operation: string, reason: string, place: string | undefined, line?: string) {
    const by = place === undefined ? '' : `${place}: `;
    super(`${by}${operation} ${reason}${line === undefined ? '' : `, at ${line}`}`);
    this.name = 'NotTraceable';
    this.operation = operation;
    this.reason = reason;
    this.place = place;
    this.line = line;
  }
}

export function unknownKernel(kernel: string, place: string | undefined): NotTraceable {
  return new NotTraceable(kernel, 'is not among the operations that can be compiled', place);
}

export function unsupportedKernel(
  kernel: string,
  detail: string,
  place: string | undefined,
): NotTraceable {
  return new NotTraceable(kernel, `cannot be compiled with ${detail}`, place);
}

export function readsValues(place: string | undefined): NotTraceable {
  return new NotTraceable('reading values', 'of a tensor that depends on the input', place);
}

export function unsupportedType(type: string, place: string | undefined): NotTraceable {
  return new NotTraceable(`a tensor of type ${type}`, 'cannot be compiled', place);
}

export function changesBetweenCalls(place: string | undefined): NotTraceable {
  return new NotTraceable(
    'making numbers',
    'that differ from call to call (random numbers, a clock, a counter) cannot be compiled',
    place,
  );
}

export function keptFromBefore(place: string | undefined): NotTraceable {
  return new NotTraceable(
    'keeping a tensor',
    'of an earlier batch from call to call cannot be compiled (of the first batch it is zeros)',
    place,
  );
}
