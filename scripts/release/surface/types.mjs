// What a package's types promise, a line for each member, parameter and case: exported names, and all that they lead to.
import { basename, join } from 'node:path';
import { declarationReader, nameOf } from './declarations.mjs';

const OTHER = { in: 'out', out: 'in', none: 'none', apart: 'none' };

/**
 * Lines of a surface. One that begins with `!` is given by whoever uses the package: a further one would be missing.
 *
 * @param entries name and file of each module that may be imported, from the package's folder
 */
export function typeLines(folder, entries) {
  const reader = declarationReader();
  const lines = new Map();
  const seen = new Set();
  const names = new Map();
  const waiting = [];

  /** What a declaration is called: by its own name, with its file where two in the package share it. */
  function titleOf({ module, name }) {
    const files = names.get(name) ?? [];
    if (!files.includes(module.file)) names.set(name, [...files, module.file]);
    const place = names.get(name).indexOf(module.file);
    return place === 0 ? name : `${name}~${basename(module.file, '.d.ts')}`;
  }

  /**
   * @param side who makes a value of it: `in`, whoever uses the package; `out`, the package; `none`, nobody says;
   *   `apart`, as `none`, and nothing follows from it for what it names
   */
  function need(found, side) {
    if (found?.nodes === undefined) return;
    const key = `${side} ${found.module.file} ${found.name}`;
    if (seen.has(key)) return;
    seen.add(key);
    waiting.push([found, side]);
  }

  const add = (key, text, side) => {
    const isGiven = side === 'in' || lines.get(key)?.isGiven === true;
    lines.set(key, { text, isGiven });
  };

  for (const [entry, file] of entries) {
    for (const [name, found] of reader.exportsOf(reader.moduleAt(join(folder, file)))) {
      if (found === undefined) add(`${entry} ${name}`, 'of another package', 'out');
      else if (found.nodes === undefined) {
        for (const [inner, one] of reader.exportsOf(found.module)) {
          add(
            `${entry} ${name}.${inner}`,
            one === undefined ? 'of another package' : titleOf(one),
            'out',
          );
          need(one, reachedBy(entry));
        }
      } else {
        add(`${entry} ${name}`, titleOf(found), 'out');
        need(found, reachedBy(entry));
      }
    }
  }
  while (waiting.length > 0) {
    const [found, side] = waiting.shift();
    const title = titleOf(found);
    for (const [index, node] of found.nodes.entries()) {
      const again = index === 0 ? '' : `#${index + 1}`;
      declaration(`${title}${again}`, node, { ...context(found.module), side });
    }
  }
  return [...lines]
    .map(([key, { text, isGiven }]) => `${isGiven ? '! ' : ''}${key}\t${text}`)
    .toSorted((left, right) => (bare(left) < bare(right) ? -1 : 1));

  /** What hosts plugins gives them what their authors are given: who gives what is read from the first module alone. */
  function reachedBy(entry) {
    return entry === '.' ? 'none' : 'apart';
  }

  function context(module) {
    return { module, write: module.write };
  }

  function declaration(title, node, at) {
    const { write, side } = at;
    const parameters = node.typeParameters ? write(node.typeParameters) : '';
    switch (node.type) {
      case 'TSInterfaceDeclaration':
        add(
          title,
          ['interface', parameters, ...node.extends.map(write)].filter(Boolean).join(' '),
          'none',
        );
        for (const one of [...node.extends, node.typeParameters]) refer(one, at);
        members(title, node.body.body, at);
        break;
      case 'ClassDeclaration':
        add(
          title,
          ['class', parameters, node.superClass && write(node.superClass)]
            .filter(Boolean)
            .join(' '),
          'none',
        );
        for (const one of [node.superClass, node.superTypeArguments, ...node.implements])
          refer(one, at);
        members(title, node.body.body, { ...at, side: side === 'apart' ? 'none' : 'out' });
        break;
      case 'TSTypeAliasDeclaration':
        add(title, ['type', parameters].filter(Boolean).join(' '), 'none');
        refer(node.typeParameters, at);
        type(title, node.typeAnnotation, at);
        break;
      case 'TSDeclareFunction':
      case 'FunctionDeclaration':
        add(title, 'function', 'none');
        callable(title, node, { ...at, side: side === 'apart' ? 'apart' : 'out' });
        break;
      case 'VariableDeclarator':
        add(title, 'value', 'none');
        if (node.id.typeAnnotation) variable(title, node.id.typeAnnotation.typeAnnotation, at);
        else add(title, `= ${node.init ? write(node.init) : '?'}`, 'none');
        break;
      default:
        add(title, write(node), side);
        refer(node, at);
    }
  }

  function variable(title, node, at) {
    if (node.type === 'TSFunctionType')
      callable(title, node, { ...at, side: at.side === 'apart' ? 'apart' : 'out' });
    else type(title, node, { ...at, side: 'none' });
  }

  /** A type at a place: its members or cases a line each, anything else in one. */
  function type(title, node, at) {
    if (node.type === 'TSTypeLiteral') members(title, node.members, at);
    else if (node.type === 'TSUnionType') {
      for (const one of node.types) {
        const name = `${title} | ${caseOf(one, at)}`;
        add(name, 'case', 'none');
        if (one.type === 'TSTypeLiteral') members(name, one.members, at);
        else refer(one, at);
      }
    } else if (node.type === 'TSFunctionType') callable(title, node, at);
    else {
      add(`${title} is`, at.write(node), 'none');
      refer(node, at);
    }
  }

  /** An object is known by the first member that tells it from others, so that a further member leaves its name. */
  function caseOf(node, { write }) {
    if (node.type !== 'TSTypeLiteral') return write(node);
    const told = node.members.find(
      (one) => one.typeAnnotation?.typeAnnotation.type === 'TSLiteralType',
    );
    const first = told ?? node.members[0];
    if (first === undefined) return '{}';
    return `{ ${told ? write(told).replace(/^readonly |;$/g, '') : write(first.key ?? first)} }`;
  }

  /** What stands behind the colon; the members of an object a line each. */
  function typed(key, prefix, annotation, mark, at) {
    const node = annotation?.typeAnnotation;
    const isObject = node?.type === 'TSTypeLiteral';
    add(key, `${prefix}${isObject ? 'object' : node ? at.write(node) : 'any'}`, mark);
    if (isObject) members(key, node.members, at);
    else refer(annotation, at);
  }

  function members(title, nodes, at) {
    const count = new Map();
    for (const node of nodes) {
      if (node.key?.type === 'PrivateIdentifier' || node.accessibility === 'private') continue;
      const name =
        node.key === undefined ? node.type.replace(/^TS|Declaration$/g, '') : at.write(node.key);
      const nth = count.get(name) ?? 0;
      count.set(name, nth + 1);
      const key = `${title}.${name}${nth === 0 ? '' : `#${nth + 1}`}`;
      const signature = node.type === 'MethodDefinition' ? node.value : node;
      if (signature.params !== undefined) {
        add(key, node.optional ? 'method, optional' : 'method', node.optional ? 'none' : at.side);
        callable(key, signature, at);
      } else {
        const marks = `${node.static ? 'static ' : ''}${node.optional ? 'optional ' : ''}`;
        typed(key, marks, node.typeAnnotation, node.optional ? 'none' : at.side, at);
      }
    }
  }

  /** A line for each parameter, which comes from the other side, and one for the result. */
  function callable(title, { params, returnType, typeParameters }, at) {
    const other = { ...at, side: OTHER[at.side] };
    if (typeParameters) add(`${title}<>`, at.write(typeParameters), 'none');
    refer(typeParameters, at);
    for (const [index, param] of params.entries()) {
      const optional = param.optional || param.type === 'RestElement';
      const kind = param.type === 'RestElement' ? '...' : param.optional ? 'optional ' : '';
      // Whoever calls gives it; whoever is called may leave a further one alone.
      typed(
        `${title}(${index})`,
        kind,
        param.typeAnnotation,
        optional ? 'none' : at.side === 'apart' ? 'in' : other.side,
        other,
      );
    }
    if (returnType) {
      // What a `define` function is given, it gives back: nothing new follows from that.
      typed(
        `${title}()`,
        '',
        returnType,
        'none',
        title.startsWith('define') ? { ...at, side: 'none' } : at,
      );
    }
  }

  /** Everything of this package that a type names; parameters of functions in it come from the other side. */
  function refer(node, at) {
    if (node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) {
      for (const one of node) refer(one, at);
      return;
    }
    const { module, side } = at;
    const other = { ...at, side: OTHER[side] };
    if (node.type === 'TSFunctionType' || node.type === 'TSMethodSignature') {
      refer(node.params, other);
      refer(node.returnType, at);
      refer(node.typeParameters, at);
      return;
    }
    if (node.type === 'TSImportType') {
      const name = node.qualifier === null ? '*' : leftmost(node.qualifier);
      need(reader.resolveFrom(module, node.source.value, name), side);
      refer(node.typeArguments, at);
      return;
    }
    const named =
      node.typeName ??
      node.exprName ??
      (/Heritage|Implements/.test(node.type) ? node.expression : undefined);
    if (named !== undefined) need(reader.resolve(module, leftmost(named)), side);
    else if (node.type === 'Identifier' && node.typeAnnotation == null)
      need(reader.resolve(module, node.name), side);
    for (const [key, value] of Object.entries(node)) {
      if (key !== 'key' && key !== 'typeName' && key !== 'exprName') refer(value, at);
    }
  }
}

function leftmost(name) {
  return name.left === undefined ? nameOf(name) : leftmost(name.left);
}

function bare(line) {
  return line.replace(/^! /, '');
}
