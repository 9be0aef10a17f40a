import { relative } from 'node:path';
import type { LoadedManifest } from '@raremask/core/manifest';
import { train } from '@raremask/engine';
import { createProgress } from '@raremask/report';
import { prepared } from '../backend.ts';
import type { Console } from '../console.ts';
import { EXIT } from '../failure.ts';
import { recordInspection } from '../inspection/recordedInspection.ts';
import { onInterruption } from '../interruption.ts';
import { scoreRun } from './evaluate.ts';

/** Trains, or goes on training; scores the best weights; writes the report; prints the pair. */
export async function trainAndReport(
  loaded: LoadedManifest,
  options: { readonly out?: string; readonly resume?: string; readonly version: string },
  console: Console,
): Promise<number> {
  const { compute, ...backend } = await prepared(loaded);
  const progress = createProgress(process.stderr, {
    terminal: process.stderr.isTTY === true,
    color: console.color,
  });
  const interruption = onInterruption((text) => console.note('info', text));
  let result: Awaited<ReturnType<typeof train>>;
  try {
    result = await train(loaded, {
      backend,
      compute,
      version: options.version,
      onEvent: (event) => progress.event(event),
      signal: interruption.signal,
      ...(options.out !== undefined && { out: options.out }),
      ...(options.resume !== undefined && { resume: options.resume }),
    });
  } finally {
    interruption.release();
    progress.close();
  }
  const shown = relative(process.cwd(), result.folder) || '.';
  if (result.interrupted) {
    if (console.json) console.result(result);
    console.note('info', `Stopped and saved. Go on with: raremask resume ${shown}`);
    return EXIT.resumable;
  }
  await recordInspection(loaded, result.folder);
  await scoreRun(loaded, result.folder, { compute }, console, result);
  return EXIT.ok;
}
