/** The weight of a loss term: a number, or a straight ramp over the first epochs. */
export function rampValue(
  weight: number | { readonly from: number; readonly to: number; readonly epochs: number },
  progress: number,
): number {
  if (typeof weight === 'number') return weight;
  const done = Math.min(progress / weight.epochs, 1);
  return weight.from + (weight.to - weight.from) * done;
}
