import { addTo, grouped } from '../lists.ts';
import type { Folder } from './tree.ts';

/** What a folder or a file of masks is called by. */
export const MASK = /mask|label|annot|segm|^gt|[^a-z]gts?($|[^a-z])|truth|target|manual/i;

/** What folders are called of what somebody has drawn; `mask` beside them is the field of view. */
export const DRAWN = /manual|truth|^gts?$|[^a-z]gts?($|[^a-z])/i;

/** A folder of images, and the folder of their masks. */
export interface Couple {
  readonly images: Folder;
  readonly masks: Folder;
  /** What the class is called whose masks these are. */
  readonly label?: string | undefined;
}

/** How folders of masks lie to those of images: the same in all couples. */
export interface Relation {
  readonly couples: readonly Couple[];
  /** Parts of the path of the masks, given those of the images. */
  readonly masksOf: (parts: readonly string[]) => readonly string[];
  /** The place in the path of the images at which that of the masks has another name. */
  readonly place?: number;
  /** Whether images and masks in one folder are told by their endings. */
  readonly byEnding?: boolean;
}

/** Masks that lie among the images. */
export function* beside(folders: readonly Folder[]): Generator<Relation> {
  for (const own of grouped(folders, ({ parts }) => String(parts.length))) {
    const couples = own.map((one) => ({ images: one, masks: one }));
    yield { couples, masksOf: (parts) => parts };
    yield { couples, masksOf: (parts) => parts, byEnding: true };
  }
}

/** Masks in a folder inside that of the images. */
export function* inside(folders: readonly Folder[]): Generator<Relation> {
  const byPath = new Map(folders.map((one) => [one.parts.join('/'), one]));
  const couples = folders.flatMap((masks) => {
    const name = masks.parts.at(-1) ?? '';
    const images = byPath.get(masks.parts.slice(0, -1).join('/'));
    return images !== undefined && MASK.test(name) ? [{ images, masks, name }] : [];
  });
  for (const own of grouped(couples, ({ images, name }) => `${images.parts.length} ${name}`)) {
    const [{ name }] = own as [(typeof own)[number]];
    yield { couples: own, masksOf: (parts) => [...parts, name] };
  }
}

/** The name in whose place that of the masks stands. */
interface Swap {
  readonly name: string;
  readonly to: string;
  readonly place: number;
}

/** Masks in a tree of their own, which differs from that of the images in one name. */
export function* across(folders: readonly Folder[]): Generator<Relation> {
  const byRest = new Map<string, { readonly images: Folder; readonly name: string }[]>();
  const restOf = (parts: readonly string[], place: number) =>
    [place, ...parts.toSpliced(place, 1)].join('/');
  for (const images of folders) {
    for (const [place, name] of images.parts.entries()) {
      const rest = restOf(images.parts, place);
      addTo(byRest, rest, { images, name });
    }
  }
  const couples = folders.flatMap((masks) =>
    [...masks.parts.entries()].flatMap(([place, name]): (Couple & Swap)[] => {
      if (!MASK.test(name)) return [];
      const whole = byRest.get(restOf(masks.parts, place)) ?? [];
      const label = masks.parts[place + 1];
      const without = masks.parts.toSpliced(place + 1, 1);
      const ofClass = label === undefined ? [] : (byRest.get(restOf(without, place)) ?? []);
      return [
        ...whole.map((one) => ({ ...one, masks, place, to: name })),
        ...ofClass.map((one) => ({ ...one, masks, place, to: name, label })),
      ].filter((one) => !MASK.test(one.name));
    }),
  );
  for (const own of grouped(couples, ({ images, name, place, to, label }) =>
    [images.parts.length, place, name, to, label !== undefined].join('/'),
  )) {
    const [{ place, to, label }] = own as [(typeof own)[number]];
    const added = label === undefined ? [to] : [to, '{class}'];
    yield { couples: own, masksOf: (parts) => parts.toSpliced(place, 1, ...added), place };
  }
}
