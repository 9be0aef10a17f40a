import type { StandardSchemaV1 } from '@standard-schema/spec';
import { nearest } from '../nearest.ts';
import {
  describeValue,
  keysAt,
  type Schema,
  schemasAt,
  typeText,
  wordsAt,
} from './describeSchema.ts';
import { missingSetting, refusedSetting, unknownSetting, wrongSetting } from './errors.ts';
import type { Mistake } from './mistake.ts';
import { dotted, find, keyPlaceOf, type Path, placeOf, type TreeNode, toJson } from './tree.ts';

/** What a mistake is seen against. */
export interface Subject {
  readonly root: TreeNode;
  /** Where the checked value begins: empty, or for example `model.with`. */
  readonly base: Path;
  /** What the value may be. */
  readonly schema: Schema;
}

/** An issue of any schema library; zod says more than the standard asks for. */
type Issue = StandardSchemaV1.Issue & {
  readonly code?: string;
  readonly keys?: readonly string[];
  readonly errors?: readonly (readonly Issue[])[];
};

/** Says what an issue means at its place in the manifest. */
export function explain(issue: Issue, subject: Subject, above: Path = []): Mistake[] {
  const inside = [...above, ...pathOf(issue)];
  if (issue.code === 'unrecognized_keys') {
    return (issue.keys ?? []).map((key) => unknown([...inside, key], subject));
  }
  const branch = issue.code === 'invalid_union' ? meantBranch(issue.errors ?? []) : undefined;
  if (branch !== undefined) return branch.flatMap((inner) => explain(inner, subject, inside));
  const path = [...subject.base, ...inside];
  const setting = dotted(path) || 'manifest';
  const node = find(subject.root, path);
  const schemas = schemasAt(subject.schema, inside);
  const expected = typeText({ anyOf: schemas }, subject.schema);
  if (node?.type === 'scalar' && node.unknown) return [];
  const at = placeOf(subject.root, path);
  if (node === undefined) {
    const meaning = schemas.find(({ description }) => typeof description === 'string');
    const described = meaning === undefined ? expected : `${expected} (${meaning.description})`;
    return [{ at, error: missingSetting(at.text, setting, described) }];
  }
  const value = toJson(node);
  const got = describeValue(value);
  if (issue.code === undefined || issue.code === 'custom' || schemas.length === 0) {
    return [{ at, error: refusedSetting(at.text, setting, issue.message, got) }];
  }
  if (value === '' && expected === 'text') {
    return [
      { at, error: wrongSetting(at.text, setting, 'text that is not empty', got, undefined) },
    ];
  }
  const written = typeof value === 'string' ? meantBy(value, subject.schema, inside) : undefined;
  return [{ at, error: wrongSetting(at.text, setting, expected, got, written) }];
}

/** What a text may have been meant for: a word that is nearly the same, or the plugin of a map. */
function meantBy(text: string, schema: Schema, inside: Path): string | undefined {
  const similar = nearest(text, wordsAt(schema, inside));
  if (similar !== undefined) return similar;
  if (!namesPlugin(schema, inside)) return undefined;
  const isList = schemasAt(schema, inside).some(({ type }) => type === 'array');
  return isList ? `[{ use: ${text} }]` : `{ use: ${text} }`;
}

/** Whether a map with any plugin's name after `use` may stand there, or a list of such: not one of a few words. */
function namesPlugin(schema: Schema, path: Path): boolean {
  const use = [...path, 'use'];
  return schemasAt(schema, use).length > 0 && wordsAt(schema, use).length === 0;
}

/** A key that nothing reads. `inside` counts from the subject's base. */
export function unknown(inside: Path, { root, base, schema }: Subject): Mistake {
  const path = [...base, ...inside];
  const at = keyPlaceOf(root, path);
  const known = keysAt(schema, inside.slice(0, -1));
  const key = String(inside.at(-1));
  const similar = nearest(key, known);
  const elsewhere = similar === undefined ? placesOf(key, schema) : [];
  const remedy =
    similar !== undefined
      ? `write ${dotted([...path.slice(0, -1), similar])}`
      : elsewhere.length === 1
        ? `move it to ${dotted([...base, ...elsewhere[0]!])}`
        : undefined;
  return { at, error: unknownSetting(at.text, dotted(path), known, remedy) };
}

function pathOf(issue: Issue): Path {
  return (issue.path ?? []).map((segment) => {
    const key = typeof segment === 'object' ? segment.key : segment;
    return typeof key === 'number' ? key : String(key);
  });
}

/** The branch of a union that the user had in mind: the one whose complaints lie inside the value. */
function meantBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const deep = branches.filter((issues) =>
    issues.every((issue) => pathOf(issue).length > 0 || issue.code === 'unrecognized_keys'),
  );
  return deep.sort((left, right) => left.length - right.length)[0];
}

/** All paths that end in a key. */
function placesOf(key: string, schema: Schema, path: Path = []): Path[] {
  if (path.length > 4) return [];
  return keysAt(schema, path).flatMap((name) => {
    const here = [...path, name];
    return name === key ? [here] : placesOf(key, schema, here);
  });
}
