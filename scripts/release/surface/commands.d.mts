/** Structurally what commander has, so that its types are not needed here. */
interface CommandLike {
  name(): string;
}
export function commandLines(command: CommandLike, path?: string): string[];
