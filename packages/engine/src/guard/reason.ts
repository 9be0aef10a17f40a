import { causesOf, stackPlace } from '@raremask/core/host';

/**
 * Why a plugin has failed, in its own words and those of the causes, with the line of its own file.
 *
 * @param url of the plugin's module; without it, or where no file of its is to blame, the words alone
 */
export function reasonOf(cause: unknown, url: string | undefined): string {
  const words = cause instanceof Error ? cause.message : String(cause);
  return `${words}${causesOf(cause)}${atLine(stackPlace(cause, url))}`;
}

export function atLine(line: string | undefined): string {
  return line === undefined ? '' : `, at ${line}`;
}
