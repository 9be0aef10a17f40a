import { malformedReference, unsetVariable } from './errors.ts';
import type { Mistake } from './mistake.ts';
import { readValue } from './readYaml.ts';
import type { TreeNode } from './tree.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const REFERENCE = /\$\{env:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/**
 * Puts environment variables in the place of their references. A text that is one reference and
 * nothing else becomes what YAML reads in the variable's value: a number, true, text.
 */
export function substitute(
  node: TreeNode,
  environment: Environment,
  mistakes: Mistake[],
): TreeNode {
  if (node.type === 'map') {
    const entries = [...node.entries].map(
      ([name, { key, value }]) =>
        [name, { key, value: substitute(value, environment, mistakes) }] as const,
    );
    return { ...node, entries: new Map(entries) };
  }
  if (node.type === 'list') {
    return { ...node, items: node.items.map((item) => substitute(item, environment, mistakes)) };
  }
  if (typeof node.value !== 'string' || !node.value.includes('${env:')) return node;
  const text = node.value;
  const { at } = node;
  let complete = true;
  const replaced = text.replaceAll(REFERENCE, (_, name: string, fallback: string | undefined) => {
    const value = environment[name];
    if (value !== undefined && (value !== '' || fallback === undefined)) return value;
    if (fallback !== undefined) return fallback;
    mistakes.push({ at, error: unsetVariable(at.text, name) });
    complete = false;
    return '';
  });
  if (text.replaceAll(REFERENCE, '').includes('${env:')) {
    mistakes.push({ at, error: malformedReference(at.text, text) });
    complete = false;
  }
  if (!complete) return { ...node, unknown: true };
  const whole = text.replace(REFERENCE, '') === '' && replaced !== '';
  const { node: typed, mistakes: problems } = whole ? readValue(replaced, at) : { mistakes: [] };
  return whole && problems.length === 0 && typed?.type === 'scalar'
    ? typed
    : { ...node, value: replaced };
}
