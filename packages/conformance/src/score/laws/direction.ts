import { type Law, law } from '../../trial/law.ts';
import { IMAGES } from '../drawn.ts';
import { ignoredSeen, predictionUnseen, truthIsWorse } from '../faults.ts';
import { measured, type ScoreSubject, scoreOf } from '../subject.ts';

/** What a score is for: the better prediction has the better number. */
export function directionLaws(tolerance: number): readonly Law<ScoreSubject>[] {
  return [
    law('is best where the prediction is the truth', (subject) => {
      for (const image of IMAGES) {
        const of = (one: typeof image) => scoreOf(subject, measured(subject, [one]));
        const perfect = of({ ...image, predicted: image.truth });
        const other = of(image);
        if (perfect === null || other === null) continue;
        const ahead = subject.score.better === 'lower' ? perfect - other : other - perfect;
        if (ahead <= tolerance * Math.max(1, Math.abs(perfect))) continue;
        throw truthIsWorse(
          { where: subject.where, label: `the image "${image.id}"` },
          {
            expected: `at best ${perfect}, as of the truth (${subject.score.better} is better)`,
            got: `${other}`,
          },
        );
      }
    }),
    law('sees what is predicted', (subject) => {
      const values = [
        IMAGES,
        IMAGES.map((image) => ({ ...image, predicted: image.truth })),
        IMAGES.map((image) => ({ ...image, predicted: [] })),
        ...IMAGES.map((image) => [image]),
      ].map((images) => scoreOf(subject, measured(subject, images)));
      const numbers = new Set(values.filter((value) => value !== null));
      if (numbers.size < 2) throw predictionUnseen(subject.where, values[0]!);
    }),
    law('leaves out pixels that are not scored', (subject) => {
      for (const image of IMAGES) {
        const bare = scoreOf(subject, measured(subject, [image]));
        const framed = scoreOf(subject, measured(subject, [image], { ignored: 3 }));
        if (bare === framed) continue;
        const near =
          bare !== null &&
          framed !== null &&
          Math.abs(bare - framed) <= tolerance * Math.max(1, Math.abs(bare));
        if (near) continue;
        throw ignoredSeen(
          { where: subject.where, label: `the image "${image.id}" in a frame that is not scored` },
          { expected: String(bare), got: String(framed) },
        );
      }
    }),
  ];
}
