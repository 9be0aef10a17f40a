/** Where a plugin says something to the user: one line each, prefixed with the plugin's name. */
export interface Log {
  info(line: string): void;
  warn(line: string): void;
}
