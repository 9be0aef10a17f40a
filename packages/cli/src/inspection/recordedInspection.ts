import { join } from 'node:path';
import { inspect, type OpenedData } from '@raremask/engine';
import {
  type InspectionFile,
  type RecordedExample,
  runFolder,
  writeAtomically,
  writeJson,
} from '@raremask/record';
import { drawExample } from '@raremask/report';

/**
 * Puts what was counted of the data into a run folder, where the report looks for it:
 * inspection.json, and the example images in inspection/. The counts are those that training has
 * just used, so nothing but the examples is read, images of which the sampler draws windows, and what shows what resolutions keep,
 * unless these are in the cache.
 */
export async function recordInspection(data: OpenedData, run: string): Promise<void> {
  const examples: RecordedExample[] = [];
  const inspection = await inspect(data, {
    onEvent: () => undefined,
    onExample: async (example) => {
      const { png, ...facts } = drawExample(example);
      const file = `inspection/${`${examples.length + 1}`.padStart(2, '0')}.png`;
      await writeAtomically(join(run, file), png);
      examples.push({ ...facts, file });
    },
  });
  await writeJson(runFolder(run).inspection, { ...inspection, examples } satisfies InspectionFile);
}
