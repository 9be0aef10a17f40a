/** The ending of a file: letters, which the number of another image is not. */
const ENDING = /(\.nii)?\.[A-Za-z][A-Za-z0-9]{1,4}$/;

/** Finds the ids that a line of a list stands for. */
export class NamedIds {
  readonly #known: ReadonlySet<string>;
  readonly #groups: ReadonlyMap<string, readonly string[]>;
  /** Folders that names begin with in place of those that ids have: the same in all lines. */
  #folders: string | undefined;

  /** @param groups ids that the name of a group stands for */
  constructor(known: ReadonlySet<string>, groups: ReadonlyMap<string, readonly string[]>) {
    this.#known = known;
    this.#groups = groups;
  }

  /**
   * An id, or a group; else the file of an image, with its ending and in its folder, alone or before that of its
   * mask, as other tools write lists. Folders that ids do not have must be the same in all lines: of `train/a.png`
   * and `val/a.png` nobody can tell which is meant.
   *
   * @returns none where nothing has the name
   */
  of(name: string): readonly string[] {
    if (this.#known.has(name)) return [name];
    const group = this.#groups.get(name);
    if (group !== undefined) return group;
    const [first = ''] = name.split(/[\s,;]+/, 1);
    // Of a name with a space that is not there, the beginning may be that of another image.
    const found =
      this.#ofPath(slashed(name)) ??
      (ENDING.test(first) ? this.#below(first) : undefined) ??
      this.#below(name);
    return found === undefined ? [] : [found];
  }

  #ofPath(path: string): string | undefined {
    return [path, path.replace(ENDING, '')].find((one) => this.#known.has(one));
  }

  /** Of a path that may begin with folders that ids do not have. */
  #below(name: string): string | undefined {
    const parts = slashed(name).split('/');
    for (let from = 0; from < parts.length; from++) {
      const id = this.#ofPath(parts.slice(from).join('/'));
      if (id === undefined) continue;
      if (from === 0) return id;
      const folders = parts.slice(0, from).join('/');
      this.#folders ??= folders;
      return this.#folders === folders ? id : undefined;
    }
    return undefined;
  }
}

function slashed(name: string): string {
  return name.replaceAll('\\', '/');
}
