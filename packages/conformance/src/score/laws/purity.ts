import { drawsOwnRandomNumbers } from '../../pluginFaults.ts';
import { type Law, law } from '../../trial/law.ts';
import { countRandomDraws } from '../../trial/watch.ts';
import { type Drawn, IMAGES } from '../drawn.ts';
import { scoreNotPure } from '../faults.ts';
import { measured, type ScoreSubject, scoreOf } from '../subject.ts';

/** A score is a function of the masks alone: a resumed run, and other workers, give the same. */
export function purityLaws(): readonly Law<ScoreSubject>[] {
  return [
    law('gives the same images the same score, whatever it saw before', async (subject) => {
      const first = whole(subject, IMAGES);
      same(subject, 'the second time', first, whole(subject, IMAGES));
      const fresh = { ...subject, score: await subject.another() };
      // A new one sees other images first.
      whole(fresh, [...IMAGES].slice(0, 2));
      same(subject, 'of one that was made anew', first, whole(fresh, IMAGES));
    }),
    law('does not depend on the order of the images', async (subject) => {
      const fresh = { ...subject, score: await subject.another() };
      const turned = whole(fresh, [...IMAGES].reverse());
      same(subject, 'in another order', whole(subject, IMAGES), turned);
    }),
    law('makes nothing of the names of images', async (subject) => {
      const renamed = IMAGES.map((image, index) => ({ ...image, id: `other${index}` }));
      same(subject, 'under other names', whole(subject, IMAGES), whole(subject, renamed));
    }),
    law('draws no random numbers of its own', async (subject) => {
      const draws = await countRandomDraws(() => whole(subject, IMAGES));
      if (draws > 0) throw drawsOwnRandomNumbers(subject.where, draws);
    }),
  ];
}

function whole(subject: ScoreSubject, images: readonly Drawn[]): number | null {
  return scoreOf(subject, measured(subject, images));
}

function same(
  { where }: ScoreSubject,
  how: string,
  expected: number | null,
  got: number | null,
): void {
  if (expected === got) return;
  const place = { where, label: `all ${IMAGES.length} images` };
  throw scoreNotPure(place, how, { expected: String(expected), got: String(got) });
}
