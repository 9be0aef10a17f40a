import { readFileSync } from 'node:fs';

/** Columns that differ from run to run. */
const TIMES: readonly (string | undefined)[] = ['seconds', 'images_per_second', 'wait_seconds'];

/** The tensors of a checkpoint as the bytes of their values, by name. */
export function tensors(path: string): Readonly<Record<string, string>> {
  const bytes = readFileSync(path);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const { __metadata__: _, ...entries } = JSON.parse(bytes.subarray(8, start).toString()) as Record<
    string,
    { data_offsets: [number, number] }
  >;
  return Object.fromEntries(
    Object.entries(entries).map(
      ([
        name,
        {
          data_offsets: [from, to],
        },
      ]) => [name, bytes.subarray(start + from, start + to).toString('hex')],
    ),
  );
}

/** Where the run stood when a checkpoint was written. */
export function progress(path: string): Readonly<Record<string, unknown>> {
  const bytes = readFileSync(path);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const { __metadata__: metadata } = JSON.parse(bytes.subarray(8, start).toString());
  return JSON.parse(metadata.raremask).progress;
}

/** The rows of metrics.csv without the columns that a clock decides. */
export function metrics(path: string): readonly Readonly<Record<string, string>>[] {
  const [header, ...rows] = readFileSync(path, 'utf8').trim().split('\n');
  const names = header!.split(',');
  return rows.map((row) =>
    Object.fromEntries(
      row
        .split(',')
        .map((cell, index) => [names[index]!, cell] as const)
        .filter(([name]) => !TIMES.includes(name)),
    ),
  );
}

/** Seconds of all epochs in metrics.csv. */
export function epochSeconds(path: string): number {
  const [header, ...rows] = readFileSync(path, 'utf8').trim().split('\n');
  const column = header!.split(',').indexOf('seconds');
  return rows.reduce((sum, row) => sum + Number(row.split(',')[column]), 0);
}
