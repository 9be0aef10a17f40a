import { join, relative } from 'node:path';
import type { LoadedManifest } from '@raremask/core/manifest';
import { type EvaluateOptions, type Evaluation, evaluate, type OpenedData } from '@raremask/engine';
import {
  bestEpochOf,
  findingsOf,
  readDecisions,
  readEvents,
  readHistory,
  readManifestView,
  runFolder,
  seenIn,
} from '@raremask/record';
import { collectOverlays, resultTable, writeReport } from '@raremask/report';
import type { Console } from '../console.ts';
import { withProgress } from '../progress.ts';
import { scoredOverlay } from '../scoredOverlay.ts';

/**
 * Scores a run, collects overlays, prints the table, and writes report.html anew. Its gallery shows
 * the validation split; the overlays of another split lie beside them.
 */
export async function scoreRun(
  source: LoadedManifest | OpenedData,
  run: string,
  options: Pick<EvaluateOptions, 'split' | 'checkpoint' | 'compute'>,
  console: Console,
  more: object = {},
): Promise<Evaluation> {
  const split = options.split ?? 'validation';
  const overlays = collectOverlays({
    folder: join(run, split === 'validation' ? 'overlays' : `overlays-${split}`),
    split,
  });
  const evaluation = await withProgress(console, (onEvent) =>
    evaluate(source, run, {
      ...options,
      onEvent,
      onImage: ({ sample, decision, foreground }, score, facts) => {
        const { id, size, image, labels } = sample;
        const { predicted } = decision;
        const seen = {
          id,
          size,
          channels: facts.channels,
          image,
          predicted,
          probability: foreground,
        };
        overlays.add(scoredOverlay({ ...seen, ...(labels && { truth: labels }) }, score, facts));
      },
    }),
  );
  await overlays.write();
  const report = await writeReport(run);
  const files = runFolder(run);
  const events = await readEvents(files.events);
  const history = await readHistory(files.metrics);
  const said = {
    history,
    manifest: await readManifestView(files.manifest),
    findings: findingsOf(events),
    seen: seenIn(
      events.findLast((event) => event.type === 'start'),
      history.length,
    ),
    decision: (await readDecisions(files.decision))[evaluation.decision ?? evaluation.checkpoint],
    bestEpoch: bestEpochOf(events),
  };
  if (console.json) {
    console.result({ ...more, folder: run, report, ...evaluation, images: undefined });
  }
  console.text(resultTable(evaluation, { color: console.color, width: console.width, ...said }));
  console.text(`report  ${relative(process.cwd(), report)}`);
  return evaluation;
}
