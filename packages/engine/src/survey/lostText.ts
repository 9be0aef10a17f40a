import type { Facts } from '@raremask/core';
import type { CountedSurvey } from './survey.ts';

/** Images that are named; the rest is counted. */
const NAMED = 5;

/** Says which structures `data.resolution` leaves without a pixel; undefined where it leaves none. */
export function lostText(
  survey: Pick<CountedSurvey, 'has' | 'image'>,
  ids: readonly string[],
  { classes }: Facts,
): string | undefined {
  const lost = classes.map(() => 0);
  const found = classes.map(() => 0);
  /** A survey keeps the largest structures of an image: of many, there are more than are counted here. */
  let all = true;
  const images: string[] = [];
  for (const id of ids) {
    if (!survey.has(id)) continue;
    const image = survey.image(id);
    all &&= image.structures.length === image.structureCount;
    if (image.lost.some((count) => count > 0)) images.push(id);
    for (const [index, count] of image.lost.entries()) {
      lost[index]! += count;
      found[index]! += image.structures.filter((one) => one.class === index).length;
    }
  }
  if (images.length === 0) return undefined;
  const each = classes.flatMap(({ name }, index) =>
    lost[index] === 0
      ? []
      : [`${lost[index]} of ${all ? '' : 'at least '}${lost[index]! + found[index]!} of ${name}`],
  );
  const rest = images.length - NAMED;
  const named = images.slice(0, NAMED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
  return `at data.resolution, structures have no pixel left: ${each.join(', ')} (in ${named}); they are not learnt, and scored all the same; take a finer resolution where they count`;
}
