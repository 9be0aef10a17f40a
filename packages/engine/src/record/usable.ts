import { CHECKPOINT_FORMAT, type CheckpointHead } from './checkpointHead.ts';
import { brokenCheckpoint, checkpointFormat, checkpointNotFinite } from './errors.ts';
import type { SafetensorsFile } from './safetensors.ts';

/** Throws where the head of a checkpoint, however old, is not one, or an array is not finite. */
export function checkUsable(path: string, head: CheckpointHead, file: SafetensorsFile): void {
  if (typeof head !== 'object' || head === null) {
    throw brokenCheckpoint(path, 'its description is none');
  }
  const format: unknown = head.format;
  if (Number.isInteger(format) && (format as number) > CHECKPOINT_FORMAT) {
    throw checkpointFormat(path, format as number, CHECKPOINT_FORMAT);
  }
  if (format !== CHECKPOINT_FORMAT) throw brokenCheckpoint(path, 'it says no format that there is');
  if (head.checksums !== undefined && !file.isVerified) {
    throw brokenCheckpoint(path, 'its checksums are missing');
  }
  const missing = missingIn(head);
  if (missing !== undefined) {
    throw brokenCheckpoint(
      path,
      `its description is damaged: it says nothing usable of ${missing}`,
    );
  }
  for (const { name, values } of file.arrays.values()) {
    const broken = notFinite(values);
    if (broken > 0) throw checkpointNotFinite(path, name, broken, values.length);
  }
}

/** Files from before checksums may be damaged in what they say of a run. */
function missingIn({ facts, normalization, census, progress }: CheckpointHead): string | undefined {
  const areFacts =
    (facts?.space === 2 || facts?.space === 3) &&
    facts.channels > 0 &&
    Array.isArray(facts.classes) &&
    facts.classes.every((one) => typeof one?.name === 'string');
  if (!areFacts) return 'the data';
  if (typeof normalization?.kind !== 'string') return 'the intensities';
  if (!Array.isArray(census?.classes)) return 'the frequencies of the classes';
  const { epoch, step, totalSteps, sums } = progress ?? {};
  const counts = [epoch, step, totalSteps].every((count) => Number.isSafeInteger(count));
  return counts && typeof sums === 'object' ? undefined : 'where the run stood';
}

function notFinite(values: Float32Array): number {
  let broken = 0;
  for (let at = 0; at < values.length; at++) {
    if (!(Math.abs(values[at]!) < Number.POSITIVE_INFINITY)) broken++;
  }
  return broken;
}
