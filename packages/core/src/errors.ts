/** Whose turn it is to mend something; the command line turns it into an exit code. */
export type ErrorCategory = 'manifest' | 'environment' | 'data' | 'run' | 'plugin';

export interface ErrorParts {
  /** Stable, never reused, listed in docs/errors.md. */
  readonly code: `RAREMASK_${string}`;
  readonly category: ErrorCategory;
  /** File, place in the manifest, image: whatever says where. */
  readonly where: string;
  /** What is wrong, without a full stop. */
  readonly what: string;
  readonly expected?: string;
  readonly got?: string;
  /** What the user should do. */
  readonly remedy?: string;
}

/** An error that a user can mend. It prints without a stack. */
export class RaremaskError extends Error {
  readonly code: string;
  readonly category: ErrorCategory;
  readonly parts: ErrorParts;

  constructor(parts: ErrorParts, options?: { readonly cause?: unknown }) {
    super(sentence(parts), options);
    this.name = 'RaremaskError';
    this.code = parts.code;
    this.category = parts.category;
    this.parts = parts;
  }
}

/** True for errors of this class from any installed copy of core or of a package beside it. */
export function isRaremaskError(value: unknown): value is RaremaskError {
  return value instanceof Error && value.name === 'RaremaskError' && 'code' in value;
}

function sentence(parts: ErrorParts): string {
  const pieces = [`${parts.where}: ${parts.what}.`];
  if (parts.expected !== undefined) pieces.push(`Expected: ${parts.expected}.`);
  if (parts.got !== undefined) pieces.push(`Got: ${parts.got}.`);
  if (parts.remedy !== undefined) pieces.push(`Do this: ${parts.remedy}.`);
  return pieces.join(' ');
}

/** The first line of whatever was thrown, without its full stop, and where it was thrown. */
function firstLine(error: unknown, place?: string): string {
  const text =
    error instanceof Error && !isRaremaskError(error)
      ? `${error.name}: ${error.message}`
      : String(isRaremaskError(error) ? error.message : error);
  const line = (text.split('\n')[0] ?? '').replace(/[\s.]+$/, '');
  return place === undefined ? line : `${line}, at ${place}`;
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}

// Finding and loading plugins

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

export function pluginCopies(
  where: string,
  use: string,
  theirs: string,
  ours: string,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_PLUGIN_COPIES',
    category: 'environment',
    where,
    what: `"${use}" brings a second copy of @tensorflow/tfjs, and tensors of one copy mean nothing to the other`,
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
      code: 'RAREMASK_SERVICE_FAILED',
      category: isRaremaskError(cause) ? cause.category : 'run',
      where,
      what: `the service ${name} cannot be made`,
      got: firstLine(cause),
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

// The manifest

export function manifestMissing(file: string, path: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_MANIFEST_MISSING',
    category: 'manifest',
    where: file,
    what: 'the manifest cannot be read',
    expected: `a YAML file at ${path}`,
    remedy: 'check the path',
  });
}

export function manifestEmpty(where: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_MANIFEST_EMPTY',
    category: 'manifest',
    where,
    what: 'the manifest is empty',
    expected: 'a map with at least data, model and loss',
    remedy: 'write the settings of the run',
  });
}

export function manifestNotMap(where: string, got: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_MANIFEST_NOT_MAP',
    category: 'manifest',
    where,
    what: 'the manifest is not a map of settings',
    expected: 'data:, model:, loss: and the rest, each with its value',
    got,
    remedy: 'begin every line that has no indentation with the name of a setting and a colon',
  });
}

export function manifestSyntax(where: string, problem: string, remedy?: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_MANIFEST_SYNTAX',
    category: 'manifest',
    where,
    what: `the YAML cannot be read: ${problem}`,
    ...(remedy !== undefined && { remedy }),
  });
}

export function unusableValue(where: string, got: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_UNUSABLE_VALUE',
    category: 'manifest',
    where,
    what: 'the value is of no use in a manifest',
    expected: 'text, a finite number, true, false, null, a list or a map',
    got,
    remedy: 'write another value, or put it in quotation marks if it is meant as text',
  });
}

export function duplicateKey(where: string, key: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_DUPLICATE_KEY',
    category: 'manifest',
    where,
    what: `the key ${key} is written twice in one map`,
    expected: 'every key once',
    remedy: 'keep one of the two',
  });
}

export function unknownSetting(
  where: string,
  setting: string,
  known: readonly string[],
  remedy: string | undefined,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_UNKNOWN_SETTING',
    category: 'manifest',
    where,
    what: `there is no setting ${setting}`,
    expected: known.length === 0 ? 'no setting here' : list(known),
    remedy: remedy ?? 'remove it',
  });
}

export function missingSetting(where: string, setting: string, expected: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_MISSING_SETTING',
    category: 'manifest',
    where,
    what: `the setting ${setting} is missing`,
    expected,
    remedy: `add ${setting}`,
  });
}

export function wrongSetting(
  where: string,
  setting: string,
  expected: string,
  got: string,
  similar: string | undefined,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_WRONG_SETTING',
    category: 'manifest',
    where,
    what: `the setting ${setting} does not fit`,
    expected,
    got,
    ...(similar !== undefined && { remedy: `write ${similar}` }),
  });
}

export function refusedSetting(
  where: string,
  setting: string,
  reason: string,
  got: string,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_REFUSED_SETTING',
    category: 'manifest',
    where,
    what: `the setting ${setting} is refused: ${reason.replace(/\.+$/, '')}`,
    got,
  });
}

export function uselessSetting(where: string, setting: string, reason: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_USELESS_SETTING',
    category: 'manifest',
    where,
    what: `the setting ${setting} has no effect: ${reason}`,
    remedy: `remove ${setting}`,
  });
}

export function unsetVariable(where: string, name: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_UNSET_VARIABLE',
    category: 'manifest',
    where,
    what: `the environment variable ${name} is not set`,
    expected: `a value, or a default: \${env:${name}:-default}`,
    remedy: `set ${name}, or write a default`,
  });
}

export function malformedReference(where: string, text: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_ENV_REFERENCE',
    category: 'manifest',
    where,
    what: 'the reference to an environment variable is malformed',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the manifest's own notation
    expected: '${env:NAME} or ${env:NAME:-default}',
    got: text,
    remedy: 'close the brace, and use letters, digits and _ for the name',
  });
}

export function overrideSyntax(where: string, problem: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SET_SYNTAX',
    category: 'manifest',
    where,
    what: problem,
    expected: 'a.b.c=value, and loss[0].weight=2 or loss.0.weight=2 for an entry of a list',
  });
}

export function overridePath(
  where: string,
  setting: string,
  expected: string,
  got: string,
): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SET_PATH',
    category: 'manifest',
    where,
    what: `the override leads nowhere at ${setting}`,
    expected,
    got,
  });
}
