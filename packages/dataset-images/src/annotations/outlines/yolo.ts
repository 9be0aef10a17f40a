import { BrokenShape, type OutlineFile, type Shape } from './shape.ts';

/**
 * Text as Ultralytics' YOLO reads it for segmentation: a line a structure, the number of its class, then
 * x and y of the corners as shares of the image's width and height. An empty file has no structure.
 */
export function readYolo(text: string): OutlineFile {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n?|\n/);
  const shapes = lines.flatMap((line, index): Shape[] => {
    const words = line.trim().split(/\s+/);
    if (words[0] === '') return [];
    const place = `line ${index + 1}`;
    const expected = 'a class number, and x and y of each corner from 0 to 1';
    const [label, ...corners] = words;
    const values = corners.map(Number);
    if (!/^\d+$/.test(label!)) throw new BrokenShape(place, expected, line);
    if (!values.every((value) => value >= -1 && value <= 2)) {
      throw new BrokenShape(place, expected, line);
    }
    if (values.length !== 4) return [{ place, label: label!, polygons: [values] }];
    const [x, y, wide, tall] = values as [number, number, number, number];
    const box = [x - wide / 2, y - tall / 2, wide, tall];
    return [{ place, label: label!, polygons: [], box, problem: 'a box, which is no outline' }];
  });
  return { size: undefined, shapes, shares: true };
}
