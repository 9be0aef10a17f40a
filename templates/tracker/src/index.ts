import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineTracker } from '@raremask/core';
import * as z from 'zod';

/** A line of JSON for each epoch, in a file of the run folder. */
export default defineTracker({
  name: 'template',
  api: 1,
  summary: 'A line of JSON for each epoch, in a file of the run folder',
  options: z.strictObject({
    file: z.string().min(1).default('epochs.ndjson').describe('Name of the file'),
  }),
  create({ file }) {
    let path = '';
    return {
      start({ folder }) {
        path = join(folder, file);
      },
      async event(event) {
        if (event.type !== 'epoch') return;
        const { epoch, loss, validation } = event;
        // Epochs without a validation have no scores.
        const line = { epoch, loss, balanced: validation?.balanced ?? null };
        await appendFile(path, `${JSON.stringify(line)}\n`);
      },
    };
  },
});
