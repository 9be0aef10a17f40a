/** A plugin as messages name it. */
export interface CalledPlugin {
  /** Its place in the manifest, and its name. */
  readonly place: string;
  /** Of its module. */
  readonly url: string | undefined;
}

let now: CalledPlugin | undefined;

/** The plugin that is being called; undefined between the calls. */
export function calledPlugin(): CalledPlugin | undefined {
  return now;
}

/** Calls a plugin, so that who looks on knows whose operations these are. */
export function inCallOf<T>(plugin: CalledPlugin, call: () => T): T {
  const before = now;
  now = plugin;
  try {
    return call();
  } finally {
    now = before;
  }
}
