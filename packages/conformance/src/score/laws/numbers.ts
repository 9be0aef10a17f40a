import { isRefusal } from '../../trial/cases.ts';
import { type Law, law } from '../../trial/law.ts';
import { IMAGES } from '../drawn.ts';
import { noShare, unclearSpacing } from '../faults.ts';
import { measured, type ScoreSubject, scoreOf } from '../subject.ts';

/** Numbers that a table can hold. */
export function numberLaws(): readonly Law<ScoreSubject>[] {
  return [
    law('gives finite numbers of every image, under the same names', (subject) => {
      measured(subject, IMAGES);
    }),
    law('gives a finite number, or null, of every set of images', (subject) => {
      for (const images of sets()) scoreOf(subject, measured(subject, images));
    }),
    law('stays between 0 and 1 where it is a share', (subject) => {
      if (subject.score.unit !== 'share') return;
      for (const images of sets()) {
        const value = scoreOf(subject, measured(subject, images));
        const label = `the images ${images.map(({ id }) => `"${id}"`).join(', ')}`;
        if (value !== null && (value < 0 || value > 1)) {
          throw noShare({ where: subject.where, label }, value);
        }
      }
    }),
    law('takes images of an unknown size of pixels, or says why it cannot', (subject) => {
      // What fails with a size as well is another fault.
      scoreOf(subject, measured(subject, IMAGES));
      try {
        scoreOf(subject, measured(subject, IMAGES, { spacing: null }));
      } catch (error) {
        if (!isRefusal(error)) throw unclearSpacing(subject.where, error);
      }
    }),
  ];
}

/** All images, each alone, those without foreground, and none. */
function sets() {
  const empty = IMAGES.filter(({ truth }) => truth.length === 0);
  return [IMAGES, ...IMAGES.map((image) => [image]), empty, []];
}
