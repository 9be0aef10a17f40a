import { problemsOf } from './problems.ts';
import { shape } from './shape.ts';

export type { Options } from './shape.ts';

/** What the manifest says under `data.with`, with what the types cannot say. */
export const options = shape.superRefine((value, context) => {
  for (const problem of problemsOf(value)) {
    context.addIssue({ code: 'custom', path: [...problem.path], message: problem.message });
  }
});
