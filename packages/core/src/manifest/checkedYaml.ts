import type { z } from 'zod';
import type { Schema } from './describeSchema.ts';
import { explain, type Subject } from './explain.ts';
import { inOrder, ManifestErrors } from './mistake.ts';
import { readFileText } from './readYaml.ts';
import { toJson } from './tree.ts';

/**
 * Reads a YAML text that is no manifest, as a file that names one, with the same words for mistakes and the
 * same places.
 *
 * @param file what messages call it
 * @throws ManifestErrors with every mistake at once
 */
export function checkedYaml<T>(text: string, file: string, shape: z.ZodType<T>): T {
  const { node, mistakes } = readFileText(text, file, 0);
  if (mistakes.length > 0) throw new ManifestErrors([file], inOrder(mistakes));
  const root = node!;
  const checked = shape.safeParse(toJson(root));
  if (checked.success) return checked.data;
  const schema: Schema = shape['~standard'].jsonSchema.input({ target: 'draft-07' });
  const subject: Subject = { root, base: [], schema };
  const found = checked.error.issues.flatMap((issue) => explain(issue, subject));
  throw new ManifestErrors([file], inOrder(found));
}
