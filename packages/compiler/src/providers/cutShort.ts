import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The first library of Linux in a folder that ends before its table of sections, which linkers write last: an
 * installation was interrupted, or a disk was full. To load it ends the process, which can then say nothing.
 */
export function cutShortIn(folder: string): string | undefined {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return undefined;
  }
  return names
    .filter((name) => /\.(node|so)(\.\d+)*$/.test(name))
    .map((name) => join(folder, name))
    .find(isCutShort);
}

function isCutShort(path: string): boolean {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return false;
  }
  try {
    const head = Buffer.alloc(64);
    if (readSync(file, head) < 4 || head.toString('latin1', 0, 4) !== '\x7fELF') return false;
    const sections =
      Number(head.readBigUInt64LE(40)) + head.readUInt16LE(58) * head.readUInt16LE(60);
    return fstatSync(file).size < sections;
  } finally {
    closeSync(file);
  }
}
