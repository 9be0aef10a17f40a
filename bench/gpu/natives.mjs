import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

/** Files from this size on are packed compressed. */
const LARGE = 2 ** 18;

const ENDING = '.packed.gz';

/** Writes a file into the packed folder: large ones compressed, to be unpacked by the first run. */
export function pack(bytes, path) {
  if (bytes.length < LARGE) writeFileSync(path, bytes);
  else writeFileSync(path + ENDING, gzipSync(bytes, { level: 9 }));
}

/** Unpacks what was packed compressed, in a folder that pack.mjs has made; elsewhere nothing is. */
export function unpack(top) {
  if (!existsSync(join(top, 'packed.json'))) return;
  const { compressed } = JSON.parse(readFileSync(join(top, 'packed.json'), 'utf8'));
  for (const path of compressed) {
    const from = join(top, path) + ENDING;
    if (!existsSync(from)) continue;
    writeFileSync(join(top, path), gunzipSync(readFileSync(from)), { mode: 0o755 });
    rmSync(from);
  }
}

/** Paths of all compressed files below a folder, without their ending. */
export function compressedIn(top) {
  return readdirSync(top, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ENDING))
    .map((path) => path.slice(0, -ENDING.length));
}
