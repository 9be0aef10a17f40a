import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { damagedWheel } from '../errors.ts';

/** Wheels of a folder, by path; none where there is no such folder. */
export function wheelsIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.whl'))
    .sort()
    .map((name) => join(folder, name));
}

/** A wheel of Python: a zip file, whose RECORD has the checksum of every file in it (PEP 427). */
export interface Wheel {
  readonly path: string;
  readonly names: readonly string[];
  /** @throws RaremaskError where the bytes are not those of RECORD */
  read(name: string): Uint8Array;
}

/** @throws RaremaskError where the file is no wheel */
export function openWheel(path: string): Wheel {
  const contents = contentsOf(path);
  const names: string[] = [];
  unzipped(path, contents, 'it is no zip file, or not all of it is there', (name) => {
    names.push(name);
    return false;
  });
  const entry = (wanted: string) =>
    unzipped(path, contents, `${wanted} cannot be unpacked`, (name) => name === wanted)[wanted]!;
  const record = names.find((name) => /^[^/]+\.dist-info\/RECORD$/.test(name));
  if (record === undefined) throw damagedWheel(path, 'it has no RECORD of its files');
  const checksums = new Map(
    Buffer.from(entry(record))
      .toString('utf8')
      .split('\n')
      .map((line) => /^"?(.+?)"?,sha256=([\w-]+),\d*\r?$/.exec(line))
      .flatMap((match) => (match ? [[match[1]!, match[2]!] as const] : [])),
  );
  return {
    path,
    names,
    read(name) {
      const bytes = entry(name);
      const found = createHash('sha256').update(bytes).digest('base64url');
      if (found !== checksums.get(name)) {
        throw damagedWheel(path, `${name} is not what its RECORD says: ${found}`);
      }
      return bytes;
    },
  };
}

/** A file's bytes, read anew once their memory was wanted: NVIDIA's wheels together would fill a small machine. */
function contentsOf(path: string): () => Uint8Array {
  let kept: WeakRef<Uint8Array> | undefined;
  return () => {
    const bytes = kept?.deref() ?? readFileSync(path);
    kept = new WeakRef(bytes);
    return bytes;
  };
}

function unzipped(
  path: string,
  contents: () => Uint8Array,
  trouble: string,
  filter: (name: string) => boolean,
) {
  try {
    return unzipSync(contents(), { filter: ({ name }) => filter(name) });
  } catch {
    throw damagedWheel(path, trouble);
  }
}
