const PACKAGE_NAME = /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/;

/** Whether npm takes it as the name of a new package. */
export function isPackageName(name: string): boolean {
  return name.length <= 214 && PACKAGE_NAME.test(name);
}

/** The folder of a package: its name without the scope. */
export function folderOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** The plugin's word in curves and messages: `edge` for `raremask-loss-edge`. */
export function wordOf(name: string, kind: string): string {
  const parts = folderOf(name)
    .split(/[._-]+/)
    .filter((part) => part !== '');
  const own = parts.filter((part) => !['raremask', 'plugin', kind].includes(part));
  const word = own.join('-');
  // A score's word is a column of metrics.csv, and begins with a letter.
  return /^[a-z]/.test(word) ? word : [kind, ...own].join('-');
}
