import { join } from 'node:path';
import type { Project } from './project.ts';

/** Beside what manifests find plugins that they call by a word. */
export const standard = join(import.meta.dirname, '..', 'src');

/** Writes what a finished trial has that a sweep reads. */
export function finished(
  project: Project,
  run: string,
  balanced: number,
  images: readonly object[] = [],
): void {
  const foreground = { diceForeground: balanced, missed: 0, alarmShare: 0, balanced };
  const summary = { foreground, classes: [] };
  const evaluation = { split: 'validation', checkpoint: 'best', epoch: 1, summary, images };
  project.write(`${run}/evaluation.json`, JSON.stringify(evaluation));
  project.write(`${run}/report.html`, '');
}
