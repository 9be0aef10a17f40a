import { createHash } from 'node:crypto';

/** The last entry of a file that raremask writes. */
const ENTRY = 'sha256';

/**
 * The text of a JSON file; of an object, with the SHA-256 of its other entries, as JSON without spaces, beside them. A list has
 * no place for one.
 */
export function sealed(value: unknown): string {
  const whole = isRecord(value) ? { ...value, [ENTRY]: checksumOf(value) } : value;
  return `${JSON.stringify(whole, null, 2)}\n`;
}

/**
 * What such a text holds, without its checksum. One that has none is taken as it is: earlier versions and people write such.
 *
 * @throws Error where the text is no JSON, or its checksum is of other entries
 */
export function unsealed(text: string): unknown {
  const whole: unknown = JSON.parse(text);
  if (!isRecord(whole) || !(ENTRY in whole)) return whole;
  const { [ENTRY]: said, ...value } = whole;
  if (said === checksumOf(value)) return value;
  throw new Error(
    `its ${ENTRY} is of other content: it was damaged, or changed by hand (then remove the entry ${ENTRY})`,
  );
}

function checksumOf(value: Readonly<Record<string, unknown>>): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
