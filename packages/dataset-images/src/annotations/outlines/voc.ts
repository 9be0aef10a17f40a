import { BrokenShape, type OutlineFile, type Shape } from './shape.ts';
import { childrenOf, type Element, parseXml, textOf } from './xml.ts';

/**
 * XML of the Pascal VOC kind (Everingham et al. 2010) with polygons, which labelling tools add to it:
 * `<polygon><pt><x/><y/></pt>...</polygon>` or `<polygon><x1/><y1/><x2/>...</polygon>`. A `bndbox` alone
 * is no outline.
 */
export function readVoc(text: string): OutlineFile {
  let root: Element;
  try {
    root = parseXml(text);
  } catch (error) {
    throw new BrokenShape('', 'a whole XML file', (error as Error).message);
  }
  if (root.name !== 'annotation') {
    throw new BrokenShape('', 'XML whose root is annotation', root.name);
  }
  const [told] = childrenOf(root, 'size');
  const [width, height] = [Number(textOf(told, 'width')), Number(textOf(told, 'height'))];
  return {
    size: width > 0 && height > 0 ? { width, height } : undefined,
    shares: false,
    shapes: childrenOf(root, 'object')
      .map((object, index): Shape | undefined => shapeOf(object, `object ${index + 1}`))
      .filter((shape) => shape !== undefined),
  };
}

function shapeOf(object: Element, place: string): Shape | undefined {
  if (textOf(object, 'deleted') === '1') return undefined;
  const label = textOf(object, 'name');
  if (!label) throw new BrokenShape(place, 'a name', 'none');
  const polygons = childrenOf(object, 'polygon').map((polygon) => cornersOf(polygon, place));
  const [bounds] = childrenOf(object, 'bndbox');
  const [left, top, right, bottom] = ['xmin', 'ymin', 'xmax', 'ymax'].map((name) =>
    Number(textOf(bounds, name)),
  ) as [number, number, number, number];
  const box = bounds === undefined ? undefined : [left, top, right - left, bottom - top];
  return {
    place,
    label,
    polygons,
    ...(box !== undefined && { box }),
    ...(polygons.length === 0 && { problem: 'a box, which is no outline' }),
  };
}

function cornersOf(polygon: Element, place: string): number[] {
  const points = childrenOf(polygon, 'pt');
  const texts =
    points.length > 0
      ? points.flatMap((point) => [textOf(point, 'x'), textOf(point, 'y')])
      : numbered(polygon);
  return texts.map((text) => {
    const value = Number(text);
    if (text === undefined || text === '' || !Number.isFinite(value)) {
      throw new BrokenShape(`${place}.polygon`, 'x and y of each corner', `${text}`);
    }
    return value;
  });
}

/** Texts of x1, y1, x2, y2 and so on. */
function numbered(polygon: Element): (string | undefined)[] {
  const texts: (string | undefined)[] = [];
  for (let corner = 1; textOf(polygon, `x${corner}`) !== undefined; corner++) {
    texts.push(textOf(polygon, `x${corner}`), textOf(polygon, `y${corner}`));
  }
  return texts;
}
