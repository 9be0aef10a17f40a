import type { Json } from '@raremask/core';

/** One setting of a recommended manifest. */
export interface RecommendedSetting {
  /** Place in the manifest, for example `train.epochs`. */
  readonly path: string;
  readonly value: Json;
  /** Why, with the figure behind it. */
  readonly reason: string;
}

/** The parts of a manifest that are facts and not recommended. */
export interface ManifestFacts {
  readonly name: string;
  readonly seed: number;
  readonly data: { readonly [key: string]: Json };
}

/** A tree of settings; each may have a comment. */
interface Branch {
  readonly children: Map<string, Branch>;
  value?: Json;
  comment?: string;
}

const LINE = 96;

/**
 * Writes a manifest with a comment above each recommended setting.
 *
 * @param remarks comments on other places, for example on `data.with.classes`; the empty path is the
 *   head of the file
 */
export function commentedManifest(
  facts: ManifestFacts,
  settings: readonly Pick<RecommendedSetting, 'path' | 'value' | 'reason'>[],
  remarks: ReadonlyMap<string, string> = new Map(),
): string {
  const root = branch();
  plant(root, 'name', facts.name);
  plant(root, 'seed', facts.seed);
  for (const [key, value] of Object.entries(facts.data)) {
    if (key === 'with' || key === 'split') {
      for (const [name, own] of Object.entries(value as Record<string, Json>)) {
        plant(root, `data.${key}.${name}`, own);
      }
    } else plant(root, `data.${key}`, value);
  }
  for (const { path, value, reason } of settings) {
    plant(root, path, value).comment = reason;
  }
  for (const [path, text] of remarks) {
    if (path === '') continue;
    const at = place(root, path);
    at.comment = at.comment === undefined ? text : `${text}; ${at.comment}`;
  }
  const head = remarks.get('') ?? 'Recommended by raremask from what it counted in the data.';
  return `${[...comment(head, ''), ...lines(root, '')].join('\n')}\n`;
}

function branch(): Branch {
  return { children: new Map() };
}

function place(root: Branch, path: string): Branch {
  let at = root;
  for (const part of path.split(/\.|(?=\[)/)) {
    const child = at.children.get(part) ?? branch();
    at.children.set(part, child);
    at = child;
  }
  return at;
}

function plant(root: Branch, path: string, value: Json): Branch {
  const at = place(root, path);
  at.value = value;
  return at;
}

function* lines({ children }: Branch, indent: string): Generator<string> {
  for (const [name, child] of children) {
    if (name.startsWith('[')) {
      const inner = [...lines(child, `${indent}  `)];
      // The hyphen stands at the first line that is no comment.
      const first = inner.findIndex((line) => !line.trimStart().startsWith('#'));
      for (const [index, line] of inner.entries()) {
        const text = line.slice(indent.length + 2);
        yield index > first ? line : `${indent}${index === first ? '- ' : ''}${text}`;
      }
      continue;
    }
    if (child.comment !== undefined) yield* comment(child.comment, indent);
    if (child.children.size === 0) yield `${indent}${scalar(name)}: ${written(child.value!)}`;
    else {
      yield `${indent}${scalar(name)}:`;
      yield* lines(child, `${indent}  `);
    }
  }
}

function* comment(text: string, indent: string): Generator<string> {
  const width = LINE - indent.length - 2;
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(/\s+/)) {
      if (line !== '' && line.length + 1 + word.length > width) {
        yield `${indent}# ${line}`;
        line = '';
      }
      line += line === '' ? word : ` ${word}`;
    }
    yield `${indent}# ${line}`.trimEnd();
  }
}

/** A value on one line; YAML takes what JSON takes. */
function written(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value as Record<string, Json>);
    if (entries.length === 0) return '{}';
    return `{ ${entries.map(([key, own]) => `${scalar(key)}: ${written(own)}`).join(', ')} }`;
  }
  return typeof value === 'string' ? scalar(value) : JSON.stringify(value);
}

/** Words that YAML takes for text stay without quotes. */
function scalar(text: string): string {
  const plain = /^[A-Za-z][A-Za-z0-9_./-]*$/.test(text);
  const special = /^(true|false|null|yes|no|on|off|y|n)$/i.test(text);
  return plain && !special ? text : JSON.stringify(text);
}
