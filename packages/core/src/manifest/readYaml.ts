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
import {
  duplicateKey,
  manifestEmpty,
  manifestSyntax,
  type RaremaskError,
  wrongSetting,
} from '../errors.ts';
import type { Mistake } from './mistake.ts';
import type { Entry, Place, TreeNode } from './tree.ts';

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
  const start = { text: `${file}:1:1`, source, offset: 0 };
  const { node, mistakes } = read;
  if (mistakes.length > 0) return node?.type === 'map' ? read : { ...read, node: emptyMap(start) };
  if (node === undefined || (node.type === 'scalar' && node.value === null)) {
    return {
      ...read,
      node: emptyMap(start),
      mistakes: [{ at: start, error: manifestEmpty(start.text) }],
    };
  }
  if (node.type !== 'map') {
    const got =
      node.type === 'list' ? `a list of ${node.items.length}` : JSON.stringify(node.value);
    const error = wrongSetting(node.at.text, 'manifest', 'a map of settings', got, undefined);
    return { ...read, node: emptyMap(start), mistakes: [{ at: node.at, error }] };
  }
  return read;
}

/** Reads a short text, all of it at one place. */
export function readValue(text: string, at: Place): ReadYaml {
  return readText(text, () => at, new LineCounter());
}

function emptyMap(at: Place): TreeNode {
  return { type: 'map', at, entries: new Map() };
}

function readText(text: string, place: (offset: number) => Place, lines: LineCounter): ReadYaml {
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const mistakes: Mistake[] = [];
  let brokenFrom = Number.POSITIVE_INFINITY;
  for (const problem of [...document.errors, ...document.warnings]) {
    const at = place(problem.pos[0]);
    mistakes.push({ at, error: explainSyntax(problem, text, at.text) });
    if (problem.code !== 'DUPLICATE_KEY') brokenFrom = Math.min(brokenFrom, problem.pos[0]);
  }
  const convert = converter(document, place, (at, error) => {
    mistakes.push({ at, error });
    brokenFrom = Math.min(brokenFrom, at.offset);
  });
  const { contents } = document;
  return {
    ...(contents !== null && { node: convert(contents, new Set()) }),
    mistakes,
    brokenFrom,
  };
}

function converter(
  document: Document,
  place: (offset: number) => Place,
  report: (at: Place, error: RaremaskError) => void,
): (node: Node, open: ReadonlySet<Node>) => TreeNode {
  const nothing = (at: Place): TreeNode => ({ type: 'scalar', at, value: null });
  const convert = (node: Node, open: ReadonlySet<Node>): TreeNode => {
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
        entries.set(String(keyNode.value), {
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
    report(at, manifestSyntax(at.text, `${String(value)} is no text, number, true, false or null`));
    return nothing(at);
  };
  return convert;
}

function explainSyntax(problem: YAMLError, text: string, where: string): RaremaskError {
  if (problem.code === 'DUPLICATE_KEY') {
    const key = /^["']?[^\s:"',{}[\]]+/.exec(text.slice(problem.pos[0]))?.[0] ?? '';
    return duplicateKey(where, key);
  }
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
