import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import { damagedWheel } from '../errors.ts';

/** A wheel of Python: a zip file, whose RECORD has the checksum of every file in it (PEP 427). */
export interface Wheel {
  readonly path: string;
  readonly names: readonly string[];
  /** @throws RaremaskError where the bytes are not those of RECORD */
  read(name: string): Uint8Array;
}

/** @throws RaremaskError where the file is no wheel */
export function openWheel(path: string): Wheel {
  const names: string[] = [];
  unzipped(path, 'it is no zip file, or not all of it is there', (name) => {
    names.push(name);
    return false;
  });
  const record = names.find((name) => /^[^/]+\.dist-info\/RECORD$/.test(name));
  if (record === undefined) throw damagedWheel(path, 'it has no RECORD of its files');
  const checksums = new Map(
    Buffer.from(entry(path, record))
      .toString('utf8')
      .split('\n')
      .map((line) => /^"?(.+?)"?,sha256=([\w-]+),\d*\r?$/.exec(line))
      .flatMap((match) => (match ? [[match[1]!, match[2]!] as const] : [])),
  );
  return {
    path,
    names,
    read(name) {
      const bytes = entry(path, name);
      const found = createHash('sha256').update(bytes).digest('base64url');
      if (found !== checksums.get(name)) {
        throw damagedWheel(path, `${name} is not what its RECORD says: ${found}`);
      }
      return bytes;
    },
  };
}

function entry(path: string, wanted: string): Uint8Array {
  return unzipped(path, `${wanted} cannot be unpacked`, (name) => name === wanted)[wanted]!;
}

/** Read anew each time: NVIDIA's wheels together would fill the memory of a small machine. */
function unzipped(path: string, trouble: string, filter: (name: string) => boolean) {
  try {
    return unzipSync(readFileSync(path), { filter: ({ name }) => filter(name) });
  } catch {
    throw damagedWheel(path, trouble);
  }
}
