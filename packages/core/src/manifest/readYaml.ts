import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLError,
} from 'yaml';
import type { RaremaskError } from '../error.ts';
import { describeValue } from './describeSchema.ts';
import {
  duplicateKey,
  manifestEmpty,
  manifestNotMap,
  manifestSyntax,
  manifestTooLarge,
  unusableValue,
} from './errors.ts';
import type { Mistake } from './mistake.ts';
import { type Entry, type Place, type TreeNode, toJson } from './tree.ts';

/** One YAML text as a tree, as far as it can be read. */
export interface ReadYaml {
  /** Absent where nothing can be read. */
  readonly node?: TreeNode;
  readonly mistakes: readonly Mistake[];
  /** From here on the text is not YAML, and what was read of it need not be what was meant. */
  readonly brokenFrom: number;
}

/** Reads a file's text. Its root must be a map. */
export function readFileText(text: string, file: string, source: number): ReadYaml {
  const lines = new LineCounter();
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { text: `${file}:${line}:${col}`, source, offset };
  };
  const read = readText(text, place, lines);
  const { node, mistakes } = read;
  if (node?.type === 'map') return read;
  const at = { text: `${file}:1:1`, source, offset: 0 };
  const isEmpty = node === undefined || (node.type === 'scalar' && node.value === null);
  const error = isEmpty
    ? manifestEmpty(at.text)
    : manifestNotMap(at.text, describeValue(toJson(node)));
  return {
    node: { type: 'map', at, entries: new Map() },
    mistakes: mistakes.length > 0 ? mistakes : [{ at, error }],
    brokenFrom: 0,
  };
}

/** Reads a short text, all of it at one place. */
export function readValue(text: string, at: Place): ReadYaml {
  return readText(text, () => at, new LineCounter());
}

function readText(text: string, place: (offset: number) => Place, lines: LineCounter): ReadYaml {
  const parsed = parsedDocument(text, place(0), lines);
  if ('error' in parsed) return { mistakes: [parsed], brokenFrom: 0 };
  const { document } = parsed;
  const mistakes: Mistake[] = [];
  let brokenFrom = Number.POSITIVE_INFINITY;
  for (const problem of [...document.errors, ...document.warnings]) {
    const at = place(problem.pos[0]);
    mistakes.push({ at, error: explainSyntax(problem, text, at.text) });
    brokenFrom = Math.min(brokenFrom, blockBefore(text, problem.pos[0]));
  }
  const convert = converter(document, place, (at, error) => {
    mistakes.push({ at, error });
    if (error.code !== 'RAREMASK_DUPLICATE_KEY') brokenFrom = Math.min(brokenFrom, at.offset);
  });
  const { contents } = document;
  try {
    return {
      ...(contents !== null && { node: convert(contents, new Set()) }),
      mistakes,
      brokenFrom,
    };
  } catch (error) {
    if (!(error instanceof TooMany)) throw error;
    const at = place(0);
    return { mistakes: [{ at, error: manifestTooLarge(at.text, MOST_VALUES) }], brokenFrom: 0 };
  }
}

/** More values than this, aliases followed, are no manifest. */
const MOST_VALUES = 20_000;

class TooMany extends Error {}

/** The text as a document; whether a key stands there twice is looked at later, in one pass. */
function parsedDocument(
  text: string,
  at: Place,
  lineCounter: LineCounter,
): { readonly document: Document } | Mistake {
  try {
    const options = { lineCounter, prettyErrors: false, uniqueKeys: false };
    return { document: parseDocument(text, options) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { at, error: manifestSyntax(at.text, 'it is nested too deeply') };
  }
}

function converter(
  document: Document,
  place: (offset: number) => Place,
  report: (at: Place, error: RaremaskError) => void,
): (node: Node, open: ReadonlySet<Node>) => TreeNode {
  let values = 0;
  const nothing = (at: Place): TreeNode => ({ type: 'scalar', at, value: null });
  const convert = (node: Node, open: ReadonlySet<Node>): TreeNode => {
    if (++values > MOST_VALUES) throw new TooMany();
    const at = place(node.range?.[0] ?? 0);
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (target === undefined || open.has(target)) {
        report(at, manifestSyntax(at.text, `the alias *${node.source} leads nowhere`));
        return nothing(at);
      }
      return convert(target as Node, open);
    }
    const inside = new Set(open).add(node);
    if (isMap(node)) {
      const entries = new Map<string, Entry>();
      for (const { key, value } of node.items) {
        const keyNode = key as Node | null;
        const keyPlace = place(keyNode?.range?.[0] ?? at.offset);
        if (!isScalar(keyNode)) {
          report(keyPlace, manifestSyntax(keyPlace.text, 'a key is a word'));
          continue;
        }
        const name = String(keyNode.value);
        if (entries.has(name)) {
          report(keyPlace, duplicateKey(keyPlace.text, name));
          continue;
        }
        entries.set(name, {
          key: keyPlace,
          value: value === null ? nothing(keyPlace) : convert(value as Node, inside),
        });
      }
      return { type: 'map', at, entries };
    }
    if (isSeq(node)) {
      return { type: 'list', at, items: node.items.map((item) => convert(item as Node, inside)) };
    }
    const value = isScalar(node) ? node.value : null;
    if (
      value === null ||
      typeof value === 'string' ||
      typeof value === 'boolean' ||
      (typeof value === 'number' && Number.isFinite(value))
    ) {
      return { type: 'scalar', at, value };
    }
    report(at, unusableValue(at.text, String(value)));
    return nothing(at);
  };
  return convert;
}

/**
 * Where the top-level setting begins that is open on the line before: a bracket that is never closed
 * is noticed only at the next setting.
 */
function blockBefore(text: string, offset: number): number {
  const before = text.slice(0, text.lastIndexOf('\n', offset - 1) + 1);
  const starts = [...before.matchAll(/^[^\s#]/gm)];
  return starts.at(-1)?.index ?? 0;
}

function explainSyntax(problem: YAMLError, text: string, where: string): RaremaskError {
  const message = problem.message.split('\n')[0]!.replace(/[.:]+$/, '');
  const before = text.slice(text.lastIndexOf('\n', problem.pos[0] - 1) + 1, problem.pos[1]);
  if (problem.code === 'TAB_AS_INDENT' || /^\s*\t/.test(before)) {
    return manifestSyntax(where, 'a tab indents the line', 'indent with spaces');
  }
  if (problem.code === 'MULTIPLE_DOCS') {
    return manifestSyntax(where, 'the file holds several documents', 'remove the line ---');
  }
  return manifestSyntax(where, message.charAt(0).toLowerCase() + message.slice(1));
}
