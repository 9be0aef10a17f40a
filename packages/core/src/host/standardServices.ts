import { batchSize, census, facts, folder, log, rng, survey } from '../contracts/services.ts';
import type { Token } from '../contracts/token.ts';

/** A form that a value must have, in words, and whether it has it. */
type Form = readonly [expected: string, fits: (value: unknown) => boolean];

interface Standing {
  /** The error for what is something else than its token says. */
  readonly refused: (expected: string, got: string) => Error;
  /** Calls the plugin. */
  readonly call: (name: string, ask: () => Promise<unknown>) => Promise<unknown>;
}

/** Forms of the services that every run has, by their tokens. */
const FORMS = new Map<symbol, Form>([
  [
    facts.key,
    [
      'an object with space, channels and classes, not without a class',
      (value) =>
        has('space', 'channels', 'classes')(value) &&
        Array.isArray((value as { readonly classes: unknown }).classes) &&
        (value as { readonly classes: readonly unknown[] }).classes.length > 0,
    ],
  ],
  [
    rng.key,
    ['a stream with next, integer, normal and fork', has('next', 'integer', 'normal', 'fork')],
  ],
  [log.key, ['an object with info and warn', has('info', 'warn')]],
  [
    batchSize.key,
    ['a whole number from 1', (value) => Number.isInteger(value) && Number(value) >= 1],
  ],
  [folder.key, ['a path', (value) => typeof value === 'string' && value !== '']],
]);

/** Forms of what the functions among them promise. */
const PROMISED = new Map<symbol, Form>([
  [
    census.key,
    [
      'an object with images, emptyImages, pixels and classes',
      has('images', 'emptyImages', 'pixels', 'classes'),
    ],
  ],
  [
    survey.key,
    ['an object with train, image and hasForeground', has('train', 'image', 'hasForeground')],
  ],
]);

/**
 * What a plugin gives in the place of a service that every run has, checked: who takes it would fail, and be blamed.
 * What a function promises is checked when it is called.
 */
export function standsFor(
  { key, name }: Token<unknown>,
  product: unknown,
  { refused, call }: Standing,
): unknown {
  const check = ([expected, fits]: Form, value: unknown, by = ''): void => {
    if (!fits(value)) throw refused(`the service ${name}: ${by}${expected}`, describe(value));
  };
  const promised = PROMISED.get(key);
  if (promised === undefined) {
    const form = FORMS.get(key);
    if (form !== undefined) check(form, product);
    return product;
  }
  check(['a function that gives a promise', (value) => typeof value === 'function'], product);
  return async () => {
    const value = await call(name, product as () => Promise<unknown>);
    check(promised, value, 'a function that promises ');
    return value;
  };
}

function has(...members: readonly string[]): (value: unknown) => boolean {
  return (value) =>
    typeof value === 'object' && value !== null && members.every((member) => member in value);
}

function describe(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'object') {
    return `an object with ${Object.keys(value).join(', ') || 'nothing in it'}`;
  }
  return typeof value === 'function' ? 'a function' : `the ${typeof value} ${String(value)}`;
}
