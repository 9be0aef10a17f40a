import { list, RaremaskError } from '../error.ts';

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

export function laterFormat(where: string, format: number, newest: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_MANIFEST_FORMAT',
    category: 'manifest',
    where,
    what: `the manifest was written for a later raremask, with format ${format}`,
    expected: `format ${newest} or none, which this raremask reads`,
    got: String(format),
    remedy: `install the raremask that reads it, npm install raremask@latest, or write the manifest anew for format ${newest} (raremask init)`,
  });
}

export function manifestTooLarge(where: string, most: number): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_MANIFEST_TOO_LARGE',
    category: 'manifest',
    where,
    what: `the manifest holds more than ${most} values, its aliases followed`,
    expected: 'a few dozen settings',
    remedy: 'look whether this is a manifest, and whether its aliases multiply',
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
