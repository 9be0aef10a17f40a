/**
 * Names that stand for {class} in the pattern of masks: every class, or, where classes exclude each
 * other, every one but the background. One empty name where all classes are in one file.
 */
export function maskSlots(options: {
  readonly masks: string;
  readonly classes: Readonly<Record<string, unknown>>;
  readonly overlapping: boolean;
}): readonly string[] {
  if (!options.masks.includes('{class}')) return [''];
  const names = Object.keys(options.classes);
  return options.overlapping ? names : names.slice(1);
}
