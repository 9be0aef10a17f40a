import { headsOf } from '../notes.ts';

/**
 * Whether images are to be turned as their files say (EXIF), by the sizes of their masks; nothing where no
 * file says so.
 */
export async function orientationOf(
  pairs: readonly (readonly [image: string, mask: string])[],
): Promise<{ readonly option: 'stored' | 'upright'; readonly remark: string } | undefined> {
  const images = await headsOf(pairs.map(([image]) => image));
  const turned = pairs.filter((_, at) => (images[at]?.orientation ?? 1) !== 1);
  if (turned.length === 0) return undefined;
  const said = `${turned.length} images say that they are to be shown turned or mirrored (EXIF)`;
  // Rows and columns change places, and a mask shows by its size whether they have.
  const telling = pairs.flatMap((pair, at) => {
    const head = images[at];
    return head !== undefined && head.orientation > 4 && head.width !== head.height
      ? [{ mask: pair[1], head }]
      : [];
  });
  const masks = await headsOf(telling.map(({ mask }) => mask));
  const count = (swapped: boolean) =>
    telling.filter(({ head }, at) => {
      const [width, height] = swapped ? [head.height, head.width] : [head.width, head.height];
      return masks[at]?.width === width && masks[at]?.height === height;
    }).length;
  const [upright, stored] = [count(true), count(false)];
  if (upright > stored) {
    return {
      option: 'upright',
      remark: `${said}; the masks of ${upright} have the size of the turned image, so all are turned`,
    };
  }
  return {
    option: 'stored',
    remark:
      stored > 0
        ? `${said}; the masks of ${stored} have the size of the image as it lies in the file`
        : `${said}; assumed: masks are drawn on the pixels as they lie in the file; write upright if they are drawn as viewers show the images`,
  };
}
