import { type Law, law } from '../../trial/law.ts';
import { scoreText } from '../faults.ts';
import type { ScoreSubject } from '../subject.ts';

const SENTENCE = /^\S.*\.$/s;

/** What is said of a score wherever it is shown. */
export function textLaws(): readonly Law<ScoreSubject>[] {
  return [
    law('says what it measures, and what it does with an empty mask', ({ score, where }) => {
      const { title, unit, short = title } = score;
      for (const [member, text] of Object.entries<unknown>({ title, unit, short })) {
        if (typeof text !== 'string' || text.trim() === '') {
          throw scoreText(where, member, 'a few words', text);
        }
      }
      for (const member of ['meaning', 'empty'] as const) {
        const text: unknown = score[member];
        if (typeof text !== 'string' || !SENTENCE.test(text)) {
          throw scoreText(where, member, 'a sentence with its full stop', text);
        }
      }
    }),
    law('says which way is better', ({ score, where }) => {
      if (score.better === 'higher' || score.better === 'lower') return;
      throw scoreText(where, 'better', 'higher or lower', score.better);
    }),
  ];
}
