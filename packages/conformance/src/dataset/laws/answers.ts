import { type Law, law } from '../../trial/law.ts';
import {
  datasetFault,
  datasetThrows,
  otherAnswer,
  takesUnknownId,
  unclearIdError,
} from '../faults.ts';
import { asked, type DatasetSubject, isClear, sampleOf, settled } from '../subject.ts';

/** An id that no data set has. */
const NO_ID = 'an-id-that-is-not-there';

/** What is known of a sample without reading it. */
export function answerLaws(): readonly Law<DatasetSubject>[] {
  return [
    law('gives every id the same group', async (subject) => {
      const { dataset, where } = subject;
      const groups = dataset.ids.map((id) =>
        asked(subject, `group(${JSON.stringify(id)})`, () => dataset.group(id)),
      );
      const wrong = groups.findIndex(
        (group) => group !== undefined && (typeof group !== 'string' || group === ''),
      );
      if (wrong >= 0) {
        throw datasetFault(where, `group(${JSON.stringify(dataset.ids[wrong])})`, {
          what: 'a group is no word',
          expected: 'text that is not empty, or undefined',
          got: JSON.stringify(groups[wrong]),
        });
      }
      for (const id of subject.ids) await sampleOf(subject, id);
      const other = await subject.another();
      for (const [how, opening] of [
        ['after reading', dataset],
        ['a second opening', other],
      ] as const) {
        for (const [index, id] of dataset.ids.entries()) {
          const got = opening.group(id);
          if (got !== groups[index]) {
            throw otherAnswer(where, `group(${JSON.stringify(id)})`, how, {
              expected: groups[index] ?? 'undefined',
              got: got ?? 'undefined',
            });
          }
        }
      }
    }),
    law('refuses an id that it does not have', async (subject) => {
      const { dataset, where } = subject;
      const refused = await settled(() => dataset.read(NO_ID));
      if (refused.error === undefined) throw takesUnknownId(where, NO_ID);
      if (!isClear(refused.error) || !String(refused.error).includes(NO_ID)) {
        throw unclearIdError(where, NO_ID, refused.error);
      }
      await sampleOf(subject, subject.ids[0]!);
    }),
    law('knows the state and the files of a sample', async (subject) => {
      const { dataset, where } = subject;
      const other = await subject.another();
      for (const id of subject.ids) {
        const call = (name: string) => `${name}(${JSON.stringify(id)})`;
        if (dataset.fingerprint !== undefined) {
          const print = await settled(() => dataset.fingerprint!(id));
          if (print.error !== undefined)
            throw datasetThrows(where, call('fingerprint'), print.error);
          if (typeof print.value !== 'string' || print.value === '') {
            throw datasetFault(where, call('fingerprint'), {
              what: 'the fingerprint is no text',
              expected: 'sizes and times of modification as text',
              got: JSON.stringify(print.value) ?? 'nothing',
            });
          }
          for (const [how, opening] of [
            ['the second time', dataset],
            ['a second opening', other],
          ] as const) {
            const got = await opening.fingerprint!(id);
            const expected = print.value;
            if (got !== expected)
              throw otherAnswer(where, call('fingerprint'), how, { expected, got });
          }
        }
        if (dataset.files === undefined) continue;
        const files = asked(subject, call('files'), () => dataset.files!(id));
        const paths = [files?.image, ...(files?.mask === undefined ? [] : [files.mask])];
        if (!paths.every((path) => typeof path === 'string' && path !== '')) {
          throw datasetFault(where, call('files'), {
            what: 'the files are unusable',
            expected: 'the path of the image, and of the mask where it is one file',
            got: JSON.stringify(files) ?? 'nothing',
          });
        }
      }
    }),
  ];
}
