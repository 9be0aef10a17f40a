import { join, relative } from 'node:path';
import type { LoadedManifest } from '@raremask/core/manifest';
import { type EvaluateOptions, type Evaluation, evaluate } from '@raremask/engine';
import { collectOverlays, createProgress, resultTable, writeReport } from '@raremask/report';
import type { Console } from './console.ts';

/**
 * Scores a run, collects overlays, and prints the table. The validation split's scores and overlays
 * are those of report.html, which is written anew; those of another split lie beside them.
 */
export async function scoreRun(
  loaded: LoadedManifest,
  run: string,
  options: Pick<EvaluateOptions, 'split' | 'checkpoint'>,
  console: Console,
  more: object = {},
): Promise<Evaluation> {
  const progress = createProgress(process.stderr, {
    terminal: process.stderr.isTTY === true,
    color: console.color,
  });
  const reported = (options.split ?? 'validation') === 'validation';
  const overlays = collectOverlays({
    folder: join(run, reported ? 'overlays' : `overlays-${options.split}`),
  });
  let evaluation: Evaluation;
  try {
    evaluation = await evaluate(loaded, run, {
      ...options,
      onEvent: (event) => progress.event(event),
      onImage: ({ sample, decision, foreground }, score, facts) => {
        const { hits, misses, alarms } = score.foreground;
        overlays.add({
          id: sample.id,
          size: sample.size,
          channels: facts.channels,
          image: sample.image,
          ...(sample.labels && { truth: sample.labels }),
          predicted: decision.predicted,
          foregroundProbability: foreground,
          classes: facts.classes.length,
          overlapping: facts.overlapping,
          dice: hits + misses === 0 ? null : (2 * hits) / (2 * hits + misses + alarms),
          misses,
          alarms,
          empty: hits + misses === 0,
        });
      },
    });
  } finally {
    progress.close();
  }
  await overlays.write();
  const report = reported ? await writeReport(run) : undefined;
  if (console.json) {
    console.result({ ...more, folder: run, report, ...evaluation, images: undefined });
  }
  console.text(resultTable(evaluation, { color: console.color, width: console.width }));
  if (report !== undefined) console.text(`report  ${relative(process.cwd(), report)}`);
  return evaluation;
}
