import { isDeepStrictEqual } from 'node:util';

/** What comes back of a state that a checkpoint holds as JSON, where that is not the state; else undefined. */
export function lostInJson(state: unknown): string | undefined {
  const kept: unknown = JSON.parse(JSON.stringify(state) ?? 'null');
  if (isDeepStrictEqual(kept, state)) return undefined;
  return `something that comes back as ${JSON.stringify(kept)}`;
}

export const WHAT_JSON_KEEPS = 'what JSON keeps as it is: numbers, texts, lists, objects, null';
