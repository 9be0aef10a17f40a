import { open } from 'node:fs/promises';

/** The beginning of a file, at most so many bytes of it, and the size of the whole. */
export async function firstBytes(
  file: string,
  count: number,
): Promise<{ readonly bytes: Buffer; readonly size: number }> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(count), 0, count, 0);
    return { bytes: buffer.subarray(0, bytesRead), size };
  } finally {
    await handle.close();
  }
}
