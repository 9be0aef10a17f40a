/** Module names of another program by pattern, and what they are called in the model. */
export type NameTable = Readonly<Record<string, string>>;

/** What programs put before every name. */
const WRAPPERS = /^(module|_orig_mod|state_dict)\./;

/** Parts of a module that other programs keep apart, and a layer of ours holds together. */
const PARTS = new Set(['conv', 'convolution', 'norm', 'bn', 'batchnorm', 'linear', 'fc']);

/** What a module of another program does, by which its words have their names in a model of ours. */
export type ModuleKind = 'convolution' | 'normalization';

const WORDS: Readonly<Record<ModuleKind, Readonly<Record<string, string>>>> = {
  convolution: { weight: 'kernel', bias: 'bias' },
  normalization: {
    weight: 'scale',
    bias: 'shift',
    running_mean: 'mean',
    running_var: 'variance',
  },
};

/**
 * The names that an array of a file may have in the model, the likeliest first. A row of the table
 * stands for the beginning of a module's name, in which * is anything between two dots; what * stood
 * for goes into the place of * on the other side, and the rest of the name is kept.
 */
export function possibleNames(name: string, kind: ModuleKind, table: NameTable): readonly string[] {
  const plain = name.replace(WRAPPERS, '');
  const dot = plain.lastIndexOf('.');
  if (dot < 0) return [plain];
  const [module, word] = [translated(plain.slice(0, dot), table), plain.slice(dot + 1)];
  const within = module.slice(0, Math.max(0, module.lastIndexOf('.')));
  const isPart = PARTS.has(module.slice(module.lastIndexOf('.') + 1));
  const own = WORDS[kind][word] ?? word;
  const names = [`${module}.${word}`, `${module}.${own}`];
  if (isPart && within !== '') names.push(`${within}.${own}`);
  return [...new Set(names)];
}

/** A module's name by a table; what no row fits stays. */
export function translated(module: string, table: NameTable): string {
  for (const [theirs, ours] of Object.entries(table)) {
    const found = patternOf(theirs).exec(module);
    if (!found) continue;
    const stars = found.slice(1);
    return ours.replaceAll('*', () => stars.shift() ?? '') + module.slice(found[0].length);
  }
  return module;
}

function patternOf(theirs: string): RegExp {
  const escaped = theirs.split('*').map((text) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('([^.]*)')}(?=\\.|$)`);
}
