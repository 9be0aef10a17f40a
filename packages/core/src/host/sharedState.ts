import { OWN } from '../ownMark.ts';

const BUILT_IN: Readonly<Record<string, object>> = {
  Math,
  JSON,
  Number,
  'Object.prototype': Object.prototype,
  'Function.prototype': Function.prototype,
  'Array.prototype': Array.prototype,
  'TypedArray.prototype': Object.getPrototypeOf(Float32Array.prototype),
  'String.prototype': String.prototype,
  'Number.prototype': Number.prototype,
  'Promise.prototype': Promise.prototype,
  'Map.prototype': Map.prototype,
  'Set.prototype': Set.prototype,
};

/** A gradient or a kernel. */
interface Registered {
  readonly [OWN]?: true;
}

/** What tfjs keeps beside its functions; absent where nobody has imported it. */
interface Tfjs {
  readonly _tfGlobals?: ReadonlyMap<string, Map<string, Registered>>;
  readonly _tfengine?: {
    readonly backendName?: string;
    readonly ENV: { readonly flags: Record<string, unknown> };
    setBackend(name: string): Promise<boolean>;
  };
}

/**
 * Runs a plugin's code, and refuses what changes things that all code of the process shares: built-in functions,
 * gradients and kernels of tfjs, its backend and flags, the working directory. All of it is put
 * back, so that the command can go on and say so.
 *
 * @param refused the error for what was changed
 */
export async function leavingShared<T>(
  work: () => T | Promise<T>,
  refused: (changed: readonly string[]) => Error,
): Promise<T> {
  const before = settings();
  const builtIn = Object.entries(BUILT_IN).map(
    ([name, object]) => [name, object, Object.getOwnPropertyDescriptors(object)] as const,
  );
  const putBack = (): string[] => [
    ...builtIn.flatMap(([name, object, was]) =>
      putBackIn(object, was).map((key) => `${name}.${String(key)}`),
    ),
    ...before.flatMap(({ name, was, now, set }) => {
      const value = now();
      // Gradients are completed by core when they are needed first.
      if (Object.is(value, was) || (value as Registered | undefined)?.[OWN]) return [];
      set(was);
      return [name];
    }),
  ];
  let result: T;
  try {
    result = await work();
  } catch (error) {
    // Why it fails says more.
    putBack();
    throw error;
  }
  const changed = putBack();
  if (changed.length > 0) throw refused(changed);
  return result;
}

/** Something that has a value and must keep it. */
interface Setting {
  readonly name: string;
  readonly was: unknown;
  now(): unknown;
  set(value: unknown): void;
}

/** What is not there yet may come: a gradient that tfjs lacks, for example. */
function settings(): readonly Setting[] {
  const { _tfGlobals: registries, _tfengine: engine } = globalThis as Tfjs;
  const found: Setting[] = [];
  const add = (name: string, now: () => unknown, set: (value: unknown) => void) =>
    found.push({ name, was: now(), now, set });
  add(
    'the working directory (process.chdir)',
    () => process.cwd(),
    (path) => process.chdir(path as string),
  );
  for (const [word, kind] of [
    ['the gradient', 'gradRegistry'],
    ['the kernel', 'kernelRegistry'],
  ] as const) {
    const registry = registries?.get(kind);
    for (const name of registry?.keys() ?? []) {
      add(
        `${word} ${name} of tfjs`,
        () => registry!.get(name),
        (config) => registry!.set(name, config as Registered),
      );
    }
  }
  const flags = engine?.ENV.flags;
  // tfjs looks at it late.
  for (const flag of flags === undefined ? [] : new Set([...Object.keys(flags), 'DEBUG'])) {
    const fallback = flag === 'DEBUG' ? false : undefined;
    add(
      `the flag ${flag} of tfjs`,
      () => flags![flag] ?? fallback,
      (value) => {
        flags![flag] = value;
      },
    );
  }
  if (engine?.backendName !== undefined) {
    const set = (name: unknown) => void engine.setBackend(name as string);
    add('the backend of tfjs (tf.setBackend)', () => engine.backendName, set);
  }
  return found;
}

/** Puts properties back; gives those that were replaced, taken away, or added so that loops over an object meet them. */
function putBackIn(object: object, was: Record<PropertyKey, PropertyDescriptor>): PropertyKey[] {
  const changed: PropertyKey[] = [];
  for (const key of Reflect.ownKeys(was)) {
    const [one, now] = [was[key]!, Object.getOwnPropertyDescriptor(object, key)];
    if (now !== undefined && Object.is(now.value, one.value) && now.get === one.get) continue;
    changed.push(key);
    Object.defineProperty(object, key, one);
  }
  for (const key of Object.keys(object)) {
    if (key in was && Object.hasOwn(was, key)) continue;
    changed.push(key);
    Reflect.deleteProperty(object, key);
  }
  return changed;
}
