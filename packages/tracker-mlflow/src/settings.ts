import { flatSettings, type Json } from '@raremask/core';

/** Longest value of a parameter that MLflow takes, since version 2.8. */
const LONGEST = 6000;
/** Parameters that the server takes in one request, at most. */
export const MOST_SETTINGS = 100;

export interface Parameter {
  readonly key: string;
  readonly value: string;
}

export interface Parameters {
  readonly all: readonly Parameter[];
  /** Keys of those whose value was too long. */
  readonly cut: readonly string[];
}

/** Every setting of a manifest by its place, in names and lengths that MLflow takes. */
export function parametersOf(manifest: Json): Parameters {
  const texts = new Map(
    Object.entries(flatSettings(manifest)).map(([key, value]) => [allowedName(key), String(value)]),
  );
  return {
    all: [...texts].map(([key, value]) => ({ key, value: value.slice(0, LONGEST) })),
    cut: [...texts].filter(([, value]) => value.length > LONGEST).map(([key]) => key),
  };
}

/** MLflow's names have letters, digits and these; anything else becomes a line below. */
export function allowedName(name: string): string {
  return name.replaceAll(/[^\w\-. /]/g, '_').slice(0, 250);
}
