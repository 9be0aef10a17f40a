// The modules of a package's declarations: what each declares, imports and exports. Names are followed by hand, since
// TypeScript 7 has no stable interface for programs yet.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseSync } from 'oxc-parser';

/** Reads each module once. */
export function declarationReader() {
  const modules = new Map();

  function moduleAt(file) {
    if (!modules.has(file)) modules.set(file, readModule(file));
    return modules.get(file);
  }

  /**
   * Where a name that a module uses is declared.
   *
   * @returns `{ module, name, nodes }`; `{ module }` alone for a whole module; undefined where it is of another package,
   *   or of the language
   */
  function resolve(module, name) {
    const nodes = module.declared.get(name);
    if (nodes !== undefined) return { module, name, nodes };
    const imported = module.imports.get(name);
    return imported && resolveFrom(module, imported.from, imported.name);
  }

  function resolveFrom(module, from, name) {
    if (!from.startsWith('.')) return undefined;
    const other = moduleAt(join(dirname(module.file), from.replace(/\.[jt]s$/, '.d.ts')));
    return name === '*' ? { module: other } : exported(other, name);
  }

  function exported(module, name) {
    const own = module.exports.get(name);
    if (own?.from !== undefined) return resolveFrom(module, own.from, own.name);
    if (own !== undefined) return resolve(module, own.name);
    for (const from of module.stars) {
      const found = resolveFrom(module, from, name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Every name that a module exports, with where it is declared. */
  function exportsOf(module) {
    const names = new Set(module.exports.keys());
    for (const from of module.stars) {
      const { module: other } = resolveFrom(module, from, '*') ?? {};
      if (other !== undefined) for (const [name] of exportsOf(other)) names.add(name);
    }
    names.delete(undefined);
    return [...names].toSorted().map((name) => [name, exported(module, name)]);
  }

  return { moduleAt, resolve, resolveFrom, exportsOf };
}

function readModule(file) {
  const text = readFileSync(file, 'utf8');
  const { program, comments, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`);
  const [declared, imports, exports, stars] = [new Map(), new Map(), new Map(), []];
  const declare = (name, node) => declared.set(name, [...(declared.get(name) ?? []), node]);
  const declareAll = (node) => {
    const nodes = node.type === 'VariableDeclaration' ? node.declarations : [node];
    for (const one of nodes) declare(one.id.name, one);
    return nodes.map(({ id }) => id.name);
  };
  for (const node of program.body) {
    if (node.type === 'ImportDeclaration') {
      for (const { local, imported, type } of node.specifiers) {
        const name = type === 'ImportNamespaceSpecifier' ? '*' : (nameOf(imported) ?? 'default');
        imports.set(local.name, { from: node.source.value, name });
      }
    } else if (node.type === 'ExportAllDeclaration') {
      if (node.exported === null) stars.push(node.source.value);
      else exports.set(nameOf(node.exported), { from: node.source.value, name: '*' });
    } else if (node.type === 'ExportNamedDeclaration') {
      if (node.declaration !== null) {
        for (const name of declareAll(node.declaration)) exports.set(name, { name });
      }
      for (const { local, exported } of node.specifiers) {
        exports.set(nameOf(exported), { from: node.source?.value, name: nameOf(local) });
      }
    } else if (node.type === 'ExportDefaultDeclaration') {
      const { declaration } = node;
      const name = declaration.type === 'Identifier' ? declaration.name : 'default';
      if (name === 'default') declare(name, declaration);
      exports.set('default', { name });
    } else if (node.id !== undefined || node.type === 'VariableDeclaration') {
      declareAll(node);
    }
  }
  const write = ({ start, end }) => {
    let written = '';
    let at = start;
    for (const comment of comments.filter((one) => one.start >= start && one.end <= end)) {
      written += text.slice(at, comment.start);
      at = comment.end;
    }
    return plain((written + text.slice(at, end)).replaceAll(/\s+/g, ' ').trim());
  };
  return { file, declared, imports, exports, stars, write };
}

/** A sentence or a title: it begins with a capital letter, or has five words and more. */
const PROSE = /^.[A-Z].* |( [^ ]+){4}/;

/** A type without its prose: texts that are sentences, and schemas of options, which have lines of their own. */
function plain(written) {
  const text = written.replaceAll(/"[^"]*"|'[^']*'/g, (one) => (PROSE.test(one) ? 'string' : one));
  const start = text.search(/\bZodObject</);
  if (start < 0) return text;
  let end = text.indexOf('<', start) + 1;
  for (let depth = 1; depth > 0 && end < text.length; end++) {
    if (text[end] === '<') depth++;
    else if (text[end] === '>' && text[end - 1] !== '=') depth--;
  }
  return text.slice(0, start) + plain(`Schema${text.slice(end)}`);
}

/** Of an identifier, or of a text that stands for one. */
export function nameOf(node) {
  return node?.name ?? node?.value;
}
