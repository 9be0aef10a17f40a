import { malformedReference, unsetVariable } from './errors.ts';
import type { Mistake } from './mistake.ts';
import { readValue } from './readYaml.ts';
import type { TreeNode } from './tree.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const REFERENCE = /\$\{env:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/**
 * Puts environment variables in the place of their references. A text that is one reference and
 * nothing else becomes what YAML reads in the variable's value: a number, true, text. What looks like a
 * secret stays text, and keeps its reference.
 *
 * @param setting name of the setting that the node is the value of
 */
export function substitute(
  node: TreeNode,
  environment: Environment,
  mistakes: Mistake[],
  setting = '',
): TreeNode {
  if (node.type === 'map') {
    const entries = [...node.entries].map(
      ([name, { key, value }]) =>
        [name, { key, value: substitute(value, environment, mistakes, name) }] as const,
    );
    return { ...node, entries: new Map(entries) };
  }
  if (node.type === 'list') {
    const items = node.items.map((item) => substitute(item, environment, mistakes, setting));
    return { ...node, items };
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
  if (looksSecret(setting, text, replaced)) return { ...node, value: replaced, reference: text };
  const whole = text.replace(REFERENCE, '') === '' && replaced !== '';
  const { node: typed, mistakes: problems } = whole ? readValue(replaced, at) : { mistakes: [] };
  return whole && problems.length === 0 && typed?.type === 'scalar'
    ? typed
    : { ...node, value: replaced };
}

const SECRET =
  /(?:^|[_-])(?:token|secret|pass(?:word|wd|phrase)?|pwd|credentials?|auth(?:orization)?|cookie|(?:api|access|private|secret|account)?[_-]?key)s?(?:$|[_-])/i;

/** By the name of the setting or of a variable, or as an address with a password in it. */
function looksSecret(setting: string, text: string, value: string): boolean {
  const words = (name: string) => name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2');
  const variables = [...text.matchAll(REFERENCE)].map(([, name]) => name!);
  return (
    [setting, ...variables].some((name) => SECRET.test(words(name))) ||
    /:\/\/[^/\s]*:[^/\s]*@/.test(value)
  );
}
