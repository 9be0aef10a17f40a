import { prepareBackend } from '@raremask/backends';
import {
  checkSettings,
  type LabResult,
  overallAdvice,
  STANDARD_FACTS,
  tryLoss,
} from '@raremask/lab';
import { type LabReport, labTable, writeLabPage } from '@raremask/report';
import { tf } from '@raremask/tfjs';
import type { Console } from '../console.ts';
import { EXIT } from '../failure.ts';
import type { Candidates } from '../lab/candidates.ts';
import { lossesByName } from '../lab/lossesByName.ts';
import { lossesOfManifest } from '../lab/lossesOfManifest.ts';
import { STRUCTURE } from '../lab/standardTask.ts';
import { type ManifestOptions, manifestFromArguments } from '../manifestArguments.ts';

export interface LabOptions extends ManifestOptions {
  readonly loss?: readonly string[];
  readonly size?: readonly string[];
  readonly structure?: string;
  readonly html?: string;
}

const SIDES = [64, 128];

/** Tries losses on images without foreground: those of a manifest, those named, or all installed. */
export async function tryLosses(
  manifest: string | undefined,
  options: LabOptions,
  console: Console,
): Promise<number> {
  const sides = options.size?.map(Number) ?? SIDES;
  const structure = options.structure === undefined ? undefined : Number(options.structure);
  checkSettings({ facts: STANDARD_FACTS, sides, structure: structure ?? 1 });
  const named = options.loss ?? [];
  const fromManifest = manifest !== undefined || (options.file ?? []).length > 0;
  let candidates: Candidates;
  if (fromManifest) {
    const loaded = await manifestFromArguments(manifest, options);
    await prepareBackend('wasm', loaded.folder);
    candidates = await lossesOfManifest(loaded, sides, structure, console);
  } else {
    await prepareBackend('wasm', process.cwd());
    candidates = await lossesByName(named, sides, structure ?? STRUCTURE);
  }
  try {
    const results: LabResult[] = [];
    for (const subject of candidates.subjects) {
      console.note('info', `trying ${subject.name}`);
      results.push(await tryLoss(subject, candidates.settings));
    }
    const report: LabReport = {
      title: candidates.title,
      classes: candidates.settings.facts.classes.map(({ name }) => name),
      structure: candidates.settings.structure,
      advice: overallAdvice(results, fromManifest),
      losses: results,
      left: candidates.left,
    };
    if (options.html !== undefined) await writeLabPage(options.html, report);
    if (console.json) console.result({ backend: tf.getBackend(), ...report });
    console.text(labTable(report, { color: console.color, width: console.width }));
    if (options.html !== undefined) console.text(`page  ${options.html}`);
    return EXIT.ok;
  } finally {
    await candidates.close();
  }
}
