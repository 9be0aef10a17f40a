import { type ErrorParts, isRaremaskError, RaremaskError } from '@raremask/core';
import { causesOf } from '@raremask/core/host';

/** Says what a plugin does that it must not, on which input, and what to do about it. */
export class ConformanceError extends RaremaskError {}

/** The plugin with its options and its task, and the input. */
export interface Place {
  readonly where: string;
  readonly label: string;
}

/** Two numbers that should be the same. */
export interface Differing {
  readonly expected: string;
  readonly got: string;
}

/** The place as messages begin with it. */
export const at = ({ where, label }: Place) => `${where}, ${label}`;

/** What was thrown, in words that go on in a sentence. */
export function reason(error: unknown): string {
  if (isRaremaskError(error)) return error.message.replace(/\.+$/, '');
  return error instanceof Error
    ? `${error.name}: ${error.message.replace(/\.+$/, '')}${causesOf(error)}`
    : String(error);
}

/** What a plugin does wrong, and what was thrown where something was. */
export function fault(parts: Omit<ErrorParts, 'category'>, ...thrown: readonly unknown[]) {
  const options = thrown.length > 0 ? { cause: thrown[0] } : undefined;
  return new ConformanceError({ category: 'plugin', ...parts }, options);
}

/** Where the caller's own code is on the stack: the first frame that is in no package, and not here. */
export function lineOf(called: Error): string {
  const frames = (called.stack ?? '').split('\n').slice(1);
  const own = frames.find((frame) => /:\d+:\d+\)?$/.test(frame) && !ELSEWHERE.test(frame));
  const line = own && /(?:\(|at )((?:file:\/\/)?[^\s()]+:\d+:\d+)\)?$/.exec(own)?.[1];
  return line ? `, at ${line.replace('file://', '')}` : '';
}

const ELSEWHERE =
  /node_modules|node:|<anonymous>|\/core\/(?:dist|src)\/gradients\/|\/(?:conformance|cli)\/(?:dist|src)\//;
