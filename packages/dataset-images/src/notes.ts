import type { Log } from '@raremask/core';
import type { ChannelChoice } from './decoding/channels.ts';
import { type Head, headOfFile } from './decoding/head.ts';

/** So many heads are read at the same time. */
const TOGETHER = 16;

/** Of more files than this, so many are looked at: a set of a million opens in seconds. */
const MOST = 10_000;

/** All files, or so many that lie spread over them, with the first. */
export function someOf(files: readonly string[], most = MOST): readonly string[] {
  if (files.length <= most) return files;
  return Array.from({ length: most }, (_, at) => files[Math.floor((at * files.length) / most)]!);
}

/** The head of each file; undefined where it cannot be read, which reading the file itself will tell. */
export async function headsOf(files: readonly string[]): Promise<readonly (Head | undefined)[]> {
  const heads: (Head | undefined)[] = [];
  const waiting = files.entries();
  const follow = async () => {
    for (const [at, file] of waiting) heads[at] = await headOfFile(file).catch(() => undefined);
  };
  await Promise.all(Array.from({ length: TOGETHER }, follow));
  return heads;
}

/** Says once what files hold that is not read. */
export function noteHeads(
  files: readonly string[],
  heads: readonly (Head | undefined)[],
  {
    orientation,
    channels,
    all,
  }: {
    readonly orientation: 'stored' | 'upright';
    readonly channels: ChannelChoice;
    /** Files of the set; more than those that were looked at, where it is large. */
    readonly all: number;
  },
  log: Log,
): void {
  const of =
    all > files.length
      ? `the ${files.length} images that were looked at, of ${all},`
      : `${files.length} images`;
  const told = (wanted: (head: Head) => boolean) => {
    const found = files.filter((_, at) => heads[at] !== undefined && wanted(heads[at]!));
    return found.length === 0 ? undefined : `${found.length} of ${of} (for example ${found[0]})`;
  };
  const turned = told((head) => head.orientation !== 1);
  if (turned !== undefined && orientation === 'stored') {
    log.warn(
      `${turned} say that they are to be shown turned or mirrored (EXIF orientation), which is not applied: where masks are drawn as viewers show the images, set data.with.orientation: upright`,
    );
  }
  if (typeof channels !== 'string') return;
  const alpha = told((head) => head.alpha);
  if (alpha !== undefined) {
    log.info(
      `${alpha} have alpha, which is left out: name all channels in data.with.channels where it holds something else`,
    );
  }
  const cmyk = told((head) => head.cmyk);
  if (cmyk !== undefined) {
    log.warn(
      `${cmyk} are CMYK and are turned into RGB: set data.with.channels: [0, 1, 2, 3] to read the inks`,
    );
  }
}
