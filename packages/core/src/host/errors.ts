import { firstLine, isRaremaskError, list, RaremaskError } from '../error.ts';

export function pluginNotFound(
  where: string,
  use: string,
  packageName: string,
  folder: string,
  similar: string | undefined,
): RaremaskError {
  const install = `npm install ${packageName}`;
  return new RaremaskError({
    code: 'RAREMASK_PLUGIN_NOT_FOUND',
    category: 'manifest',
    where,
    what: `the plugin "${use}" is not installed`,
    expected: 'an npm package, a subpath of one, or a file that begins with ./',
    got: `no package ${packageName} in reach of ${folder}`,
    remedy: similar === undefined ? install : `write "${similar}", or ${install}`,
  });
}

/** @param trouble without a full stop */
export function pluginPackageFile(
  where: string,
  use: string,
  path: string,
  trouble: string,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_PLUGIN_PACKAGE_FILE',
    category: 'plugin',
    where,
    what: `the package.json of "${use}" cannot be used`,
    expected: 'a package as npm installs it',
    got: `${path}: ${trouble}`,
    remedy: 'install the package again, or mend the file if the package is your own',
  });
}

export function pluginEntryMissing(
  where: string,
  use: string,
  folder: string,
  entries: readonly string[],
  similar: string | undefined,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_PLUGIN_ENTRY',
    category: 'manifest',
    where,
    what: `the package in ${folder} has no entry "${use}"`,
    expected: entries.length === 0 ? 'an entry of the package' : list(entries),
    remedy:
      similar === undefined || similar === use
        ? 'install the package again, or build it if it is your own'
        : `write "${similar}"`,
  });
}

export function pluginFileMissing(
  where: string,
  use: string,
  path: string,
  similar: string | undefined,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_PLUGIN_FILE_MISSING',
    category: 'manifest',
    where,
    what: `the file "${use}" does not exist`,
    expected: `a module at ${path}`,
    remedy:
      similar === undefined
        ? 'check the path; it starts from the folder of the first manifest'
        : `write "${similar}"`,
  });
}

export function pluginFileType(
  where: string,
  use: string,
  types: readonly string[],
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_PLUGIN_FILE_TYPE',
    category: 'manifest',
    where,
    what: `"${use}" is not a kind of file that can be loaded`,
    expected: `a name that ends in ${list(types)}`,
    remedy: 'write the plugin as a TypeScript or JavaScript module',
  });
}

export function pluginLoad(
  where: string,
  use: string,
  cause: unknown,
  place: string | undefined,
): RaremaskError {
  return new RaremaskError(
    {
      code: 'RAREMASK_PLUGIN_LOAD',
      category: 'plugin',
      where,
      what: `the module of "${use}" fails while it loads`,
      got: firstLine(cause, place),
      remedy: 'mend the module; if it is a package, install it again or tell its author',
    },
    { cause },
  );
}

/** @param got what Node says */
export function pluginFormat(
  where: string,
  use: string,
  got: string,
  cause: unknown,
): RaremaskError {
  return new RaremaskError(
    {
      code: 'RAREMASK_PLUGIN_FORMAT',
      category: 'plugin',
      where,
      what: `the module of "${use}" is a CommonJS module, or its package says that it is another kind of module than it is`,
      expected: 'an ES module: import and export, and "type": "module" in package.json',
      got: got.replace(/[\s.]+$/, ''),
      remedy: 'write require as import and module.exports as export default, or tell its author',
    },
    { cause },
  );
}

/** @param changed what all code of the process shares */
export function pluginChangesShared(
  where: string,
  when: string,
  changed: readonly string[],
): RaremaskError {
  const shown = changed.slice(0, 4).join(', ');
  return new RaremaskError({
    code: 'RAREMASK_PLUGIN_CHANGES_SHARED',
    category: 'plugin',
    where,
    what: `the plugin changes what it shares with all others, ${when}`,
    expected: 'built-in functions, tfjs and the working directory as they were',
    got:
      changed.length > 4 ? `${shown} and ${changed.length - 4} more changed` : `${shown} changed`,
    remedy:
      'mend the plugin, or tell its author: a gradient of its own goes into tf.customGrad, a helper into a function, and paths are joined to the service folder',
  });
}

export function pluginCopies(
  where: string,
  use: string,
  name: string,
  theirs: string,
  ours: string,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_PLUGIN_COPIES',
    category: 'environment',
    where,
    what: `"${use}" brings a second copy of ${name}${name === '@tensorflow/tfjs' ? ', and tensors of one copy mean nothing to the other' : ', of another version'}`,
    expected: ours,
    got: theirs,
    remedy: 'install raremask and its plugins in the same folder, then run npm dedupe',
  });
}

export function pluginPeer(
  where: string,
  name: string,
  range: string,
  version: string,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_PLUGIN_PEER',
    category: 'environment',
    where,
    what: `${name} was made for another version of @raremask/core`,
    expected: range,
    got: version,
    remedy: `install a version of ${name} that fits, or @raremask/core ${range}`,
  });
}

export function pluginNoDefault(
  where: string,
  use: string,
  names: readonly string[],
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_PLUGIN_NO_DEFAULT',
    category: 'plugin',
    where,
    what: `the module of "${use}" has no default export`,
    expected: 'export default defineLoss({ ... }), or another plugin',
    got: names.length === 0 ? 'a module without exports' : `exports named ${list(names)}`,
    remedy: names.length === 0 ? 'write the default export' : 'put default before one of them',
  });
}

export function notPlugin(where: string, use: string, got: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_NOT_A_PLUGIN',
    category: 'plugin',
    where,
    what: `the default export of "${use}" is not a plugin`,
    expected: 'what defineLoss, defineModel or another define function of @raremask/core returns',
    got,
    remedy: 'wrap it in the define function of its kind',
  });
}

export function pluginApi(where: string, use: string, theirs: string, ours: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_PLUGIN_API',
    category: 'plugin',
    where,
    what: `"${use}" was written for other contracts than those of this raremask`,
    expected: `api: ${ours}`,
    got: `api: ${theirs}`,
    remedy: `install a version of "${use}" for api ${ours}, or the raremask that it was written for`,
  });
}

export function pluginMalformed(
  where: string,
  use: string,
  field: string,
  expected: string,
  got: string,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_PLUGIN_MALFORMED',
    category: 'plugin',
    where,
    what: `the plugin "${use}" has no usable ${field}`,
    expected,
    got,
    remedy: 'mend the plugin, or tell its author',
  });
}

export function pluginSchema(where: string, use: string, cause: unknown): RaremaskError {
  return new RaremaskError(
    {
      code: 'RAREMASK_PLUGIN_SCHEMA',
      category: 'plugin',
      where,
      what: `the options of "${use}" cannot be described as a JSON Schema`,
      expected: 'a schema of what YAML can hold',
      got: firstLine(cause),
      remedy: 'mend the plugin, or tell its author',
    },
    { cause },
  );
}

export function pluginKind(
  where: string,
  use: string,
  kind: { readonly is: string; readonly key: string; readonly wanted: string },
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_PLUGIN_KIND',
    category: 'manifest',
    where,
    what: `"${use}" is a plugin of the wrong kind`,
    expected: `a ${kind.wanted}`,
    got: `a ${kind.is}`,
    remedy: `move it under the key ${kind.key}, and name a ${kind.wanted} here`,
  });
}

// Scopes and services

export function missingServices(
  where: string,
  missing: readonly string[],
  offered: readonly string[],
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SERVICE_MISSING',
    category: 'plugin',
    where,
    what: `the plugin needs what this run does not offer: ${list(missing)}`,
    expected: list(offered),
    remedy: 'ask only for services of the list, or provide the missing ones to the host',
  });
}

export function serviceProvidedTwice(name: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SERVICE_TWICE',
    category: 'run',
    where: 'host',
    what: `the service ${name} is provided twice`,
    expected: 'one provider for a service',
    remedy: 'pass { replace: true } to put another one in its place',
  });
}

/** @param places of the two plugins that provide it */
export function servicePluginsClash(name: string, places: readonly string[]): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SERVICE_CLASH',
    category: 'manifest',
    where: places.at(-1)!,
    what: `the service ${name} is provided by two plugins`,
    expected: 'one provider for a service',
    got: places.join(' and '),
    remedy: 'take one of them out of services',
  });
}

/** @param circle names of services, each of which needs the next */
export function serviceCircle(where: string, circle: readonly string[]): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SERVICE_CIRCLE',
    category: 'manifest',
    where,
    what: 'services need each other in a circle, so that none can be made',
    expected: 'services that can be made one after the other',
    got: circle.join(' needs '),
    remedy: 'take one of them out of services, or what it needs out of the plugin',
  });
}

export function serviceInUse(name: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SERVICE_IN_USE',
    category: 'run',
    where: 'host',
    what: `the service ${name} cannot be replaced, a plugin has it already`,
    expected: 'a replacement before the first plugin is made',
    remedy: 'provide it earlier',
  });
}

export function serviceFailed(where: string, name: string, cause: unknown): RaremaskError {
  return new RaremaskError(
    {
      ...(isRaremaskError(cause)
        ? {
            ...cause.parts,
            what: `the service ${name} cannot be made: ${cause.parts.where}: ${cause.parts.what}`,
          }
        : { what: `the service ${name} cannot be made`, got: firstLine(cause) }),
      code: 'RAREMASK_SERVICE_FAILED',
      category: isRaremaskError(cause) ? cause.category : 'run',
      where,
    },
    { cause },
  );
}

export function pluginFailed(where: string, cause: unknown, place?: string): RaremaskError {
  return new RaremaskError(
    {
      code: 'RAREMASK_PLUGIN_FAILED',
      category: 'plugin',
      where,
      what: 'the plugin throws',
      got: firstLine(cause, place),
      remedy: 'mend the plugin, or tell its author',
    },
    { cause },
  );
}

export function slowDisposal(where: string, seconds: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SLOW_DISPOSAL',
    category: 'plugin',
    where,
    what: `its promise is not kept within ${seconds} s`,
    remedy: 'mend the plugin, or tell its author; what it had to write may be missing',
  });
}

export function pluginProduct(where: string, expected: string, got: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_PLUGIN_PRODUCT',
    category: 'plugin',
    where,
    what: 'create returns something else than its kind promises',
    expected,
    got,
    remedy: 'mend the plugin, or tell its author',
  });
}

export function cannotOpenImages(where: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_NO_OPEN_IMAGES',
    category: 'plugin',
    where,
    what: 'the data set cannot open images that have no truth',
    expected: 'a data set with openImages',
    remedy: 'predict with a manifest whose data set has it',
  });
}

export function imagesDiffer(
  where: string,
  path: string,
  expected: string,
  got: string,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_IMAGES_DIFFER',
    category: 'data',
    where,
    what: `the images in ${path} are not like those of the training`,
    expected,
    got,
    remedy: 'convert the images, or train on images like these',
  });
}

export function scopeClosed(): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SCOPE_CLOSED',
    category: 'run',
    where: 'host',
    what: 'the scope of the run is disposed',
    expected: 'an open scope',
    remedy: 'make plugins before dispose is called',
  });
}

export function randomRange(from: number, to: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_RANDOM_RANGE',
    category: 'plugin',
    where: 'random stream',
    what: 'there is no whole number in the range',
    expected: 'two whole numbers, the first not above the second',
    got: `${from} and ${to}`,
  });
}

export function randomState(got: unknown): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_RANDOM_STATE',
    category: 'run',
    where: 'random stream',
    what: 'this is not the state of a stream',
    expected: 'what state() returned',
    got: JSON.stringify(got) ?? 'nothing',
  });
}
