import { join } from 'node:path';
import { bestRow, REPORT_NAME, writeAtomically } from '@raremask/record';
import { frocChart, reliabilityChart } from './charts/probabilityCharts.ts';
import {
  addedScoreChart,
  alarmHistogram,
  diceHistogram,
  gradientChart,
  lossChart,
  scoreChart,
  sizeChart,
} from './charts/runCharts.ts';
import { inspectionSection } from './page/inspectionPage.ts';
import { reportPage } from './page/reportPage.ts';

import { readRun } from './record/runRecord.ts';

/**
 * Writes report.html into a run folder from what the folder holds, and returns its path. The page
 * is one file: pictures and charts are inside, it loads nothing and needs no script. What the run
 * does not have (validation, empty images, an evaluation, an end) the page says in its place.
 */
export async function writeReport(folder: string): Promise<string> {
  const run = await readRun(folder);
  const [evaluation] = run.evaluations;
  const images = evaluation?.images ?? [];
  const best = run.bestEpoch ?? bestRow(run.history)?.epoch;
  const data =
    run.inspection && (await inspectionSection(run.inspection.facts, run.inspection.examples));
  const charts = {
    loss: await lossChart(run.history, best),
    scores: await scoreChart(run.history, best),
    added: await Promise.all(
      run.scores.map(async (score) => ({
        score,
        chart: await addedScoreChart(run.history, score, best),
      })),
    ),
    dice: await diceHistogram(images),
    size: await sizeChart(images),
    alarms: await alarmHistogram(images),
    gradient: await gradientChart(run.history),
    reliability: evaluation ? await reliabilityChart(evaluation) : null,
    froc: evaluation ? await frocChart(evaluation) : null,
    best,
  };
  const page = reportPage(run, charts, data);
  const path = join(folder, REPORT_NAME);
  await writeAtomically(path, page);
  return path;
}
