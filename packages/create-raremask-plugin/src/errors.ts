/**
 * What the caller can mend. It has the form of core's `RaremaskError`, which the command line knows by its
 * name; core itself would bring tfjs with it.
 */
export class ScaffoldError extends Error {
  override readonly name = 'RaremaskError';
  readonly code: string;
  readonly category = 'manifest';
  readonly parts: {
    readonly where: string;
    readonly what: string;
    readonly expected: string;
    readonly got?: string;
    readonly remedy: string;
  };

  constructor(code: string, parts: ScaffoldError['parts']) {
    const got = parts.got === undefined ? '' : ` Got: ${parts.got}.`;
    super(
      `${parts.where}: ${parts.what}. Expected: ${parts.expected}.${got} Do this: ${parts.remedy}.`,
    );
    this.code = code;
    this.parts = parts;
  }
}

export function unknownKind(got: string, kinds: readonly string[]): ScaffoldError {
  return new ScaffoldError('RAREMASK_NEW_KIND', {
    where: 'kind of the plugin',
    what: `there is no kind ${got}`,
    expected: kinds.join(', '),
    remedy: `write one of them, for example: ${kinds.includes('loss') ? 'loss' : kinds[0]}`,
  });
}

export function unusableName(got: string): ScaffoldError {
  return new ScaffoldError('RAREMASK_NEW_NAME', {
    where: 'name of the plugin',
    what: 'no package can be called so',
    expected:
      'small letters, digits, hyphens, dots and underscores, behind @scope/ or not, and at most 214 of them',
    got: JSON.stringify(got),
    remedy: 'choose a name such as raremask-loss-edge or @lab/loss-edge',
  });
}

export function folderTaken(folder: string): ScaffoldError {
  return new ScaffoldError('RAREMASK_NEW_FOLDER', {
    where: folder,
    what: 'there is something of this name already, and it is kept',
    expected: 'a folder that is empty, or does not exist',
    remedy: 'choose another folder, or another name',
  });
}
