import { z } from 'zod';
import { BrokenShape, type OutlineFile, type Shape } from './shape.ts';

const file = z.looseObject({
  imageWidth: z.int().min(1).nullish(),
  imageHeight: z.int().min(1).nullish(),
  shapes: z.array(
    z.looseObject({
      label: z.string(),
      points: z.array(z.tuple([z.number(), z.number()])),
      shape_type: z.string().nullish(),
    }),
  ),
});

/** Corners of the polygon that stands for a circle. */
const CORNERS = 64;

/** JSON as LabelMe (Wada 2016) writes it: polygons, rectangles and circles have an area, others none. */
export function readLabelMe(text: string): OutlineFile {
  let whole: unknown;
  try {
    whole = JSON.parse(text);
  } catch (error) {
    throw new BrokenShape('', 'JSON with a list shapes', (error as Error).message);
  }
  const result = file.safeParse(whole);
  if (!result.success) {
    const { path, message } = result.error.issues[0]!;
    throw new BrokenShape(
      path.join('.'),
      'JSON of LabelMe: imageWidth, imageHeight, and shapes with label and points',
      message,
    );
  }
  const { imageWidth, imageHeight, shapes } = result.data;
  const size = imageWidth && imageHeight ? { width: imageWidth, height: imageHeight } : undefined;
  return {
    size,
    shares: false,
    shapes: shapes.map(
      ({ label, points, shape_type: kind }, index): Shape => ({
        place: `shapes[${index}]`,
        label,
        ...drawn(kind ?? 'polygon', points),
      }),
    ),
  };
}

function drawn(
  kind: string,
  points: readonly (readonly [number, number])[],
): Pick<Shape, 'polygons' | 'box' | 'problem'> {
  if (kind === 'polygon') return { polygons: [points.flat()] };
  const [first, second] = points;
  if (first === undefined || second === undefined) {
    return { polygons: [], problem: `a ${kind} of ${points.length} points` };
  }
  const [x, y] = [Math.min(first[0], second[0]), Math.min(first[1], second[1])];
  const [wide, tall] = [Math.abs(first[0] - second[0]), Math.abs(first[1] - second[1])];
  if (kind === 'rectangle') {
    // Turned rectangles have all four corners.
    if (points.length === 4) return { polygons: [points.flat()] };
    return { polygons: [[x, y, x + wide, y, x + wide, y + tall, x, y + tall]] };
  }
  if (kind === 'circle') {
    const radius = Math.hypot(second[0] - first[0], second[1] - first[1]);
    const corners = Array.from({ length: CORNERS }, (_, at) => {
      const angle = (2 * Math.PI * at) / CORNERS;
      return [first[0] + radius * Math.cos(angle), first[1] + radius * Math.sin(angle)];
    });
    return { polygons: [corners.flat()] };
  }
  return { polygons: [], box: [x, y, wide, tall], problem: `a ${kind}, which is no outline` };
}
