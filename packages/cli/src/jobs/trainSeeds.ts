import { join } from 'node:path';
import { type RunSummary, runsTable, seedsText, summarizeRun } from '@raremask/report';
import type { Console } from '../console.ts';
import { wrongSeeds } from '../errors.ts';
import { EXIT } from '../failure.ts';
import { type ManifestOptions, manifestFromArguments } from '../manifestArguments.ts';
import { type RunOptions, trainAndReport } from './trainAndReport.ts';

interface SeedsOptions
  extends ManifestOptions,
    Pick<RunOptions, 'version' | 'watch' | 'out' | 'company'> {
  readonly seeds: string;
}

/**
 * Trains the same manifest with one seed after the other, NAME-seed-1, NAME-seed-2, ..., and says how far
 * chance in the training reaches. Ends with the first run that does not finish.
 */
export async function trainSeeds(
  manifest: string | undefined,
  { seeds, version, watch = false, out, company, ...options }: SeedsOptions,
  console: Console,
): Promise<number> {
  const { name } = (await manifestFromArguments(manifest, options)).manifest;
  const results: unknown[] = [];
  const quiet: Console = { ...console, result: (value) => void results.push(value) };
  const runs: RunSummary[] = [];
  for (const seed of seedsOf(seeds)) {
    const own = `${name}-seed-${seed}`;
    console.note('info', `\n== seed ${seed}: ${own}`);
    const set = [...(options.set ?? []), `seed=${seed}`, `name=${own}`];
    const loaded = await manifestFromArguments(manifest, { ...options, set });
    let folder = '';
    const status = await trainAndReport(
      loaded,
      {
        ...{ version, watch, company },
        ...(out !== undefined && { out: join(out, own) }),
        onFolder: (path) => {
          folder = path;
        },
      },
      quiet,
    );
    if (status !== EXIT.ok) {
      if (console.json) console.result({ runs: results });
      return status;
    }
    if (!console.silent) runs.push((await summarizeRun(folder)).summary);
  }
  if (console.json) console.result({ runs: results, summaries: runs });
  if (console.silent) return EXIT.ok;
  console.text(`\n${runsTable(runs, { color: console.color, width: console.width })}`);
  console.text(seedsText(runs));
  return EXIT.ok;
}

function seedsOf(text: string): number[] {
  const seeds = text.split(',').map((one) => (one.trim() === '' ? Number.NaN : Number(one)));
  const right = seeds.every((seed) => Number.isSafeInteger(seed) && seed >= 0);
  if (!right || new Set(seeds).size < seeds.length) throw wrongSeeds(text);
  return seeds;
}
