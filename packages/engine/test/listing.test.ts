import { expect, test } from 'vitest';
import { checkFacts, listingOf } from '../src/reading/listing.ts';

const listed = (ids: unknown) => () => listingOf({ ids: ids as readonly string[] }, 'data (mine)');

test('a list of ids is copied: what becomes of it later changes nothing', () => {
  const own = ['a', 'b'];
  const ids = listingOf({ ids: own }, 'data (mine)');
  own.pop();
  expect(ids).toEqual(['a', 'b']);
});

test('a list that changes from call to call is refused, with the first id that differs', () => {
  let calls = 0;
  const changing = {
    get ids() {
      return ['a', 'b', 'c'].slice(calls++);
    },
  };
  expect(() => listingOf(changing, 'data (mine)')).toThrow(
    'data (mine): the data set gives other ids when it is asked again. Expected: a as id 0 of 3. Got: b as id 0 of 2.',
  );
});

test.each([
  ['no list', undefined, 'gives no list of ids. Expected: a list of texts. Got: nothing.'],
  ['a number', ['a', 7], 'gives an id that is no text. Expected: texts. Got: 7 as id 1.'],
  ['an id twice', ['a', 'b', 'a'], 'gives an id twice. Expected: each once. Got: a.'],
])('%s is refused', (_, ids, message) => {
  expect(listed(ids)).toThrow(`data (mine): the data set ${message}`);
});

test.each([
  [undefined, 'there are no facts'],
  [
    { space: '2', channels: 1, classes: [], overlapping: false },
    'space is unusable. Expected: 2 or 3.',
  ],
  [
    {
      space: 2,
      channels: 1,
      classes: [
        { name: 'a', value: 0 },
        { name: 'b', value: 0 },
      ],
      overlapping: false,
    },
    'two classes have the same value. Expected: one each. Got: 0.',
  ],
])('facts of which no task can be made are named with their place (%#)', (facts, says) => {
  expect(() => checkFacts({ facts: facts as never }, 'data (mine)')).toThrow(
    `data (mine): the data set gives facts of which no task can be made: ${says}`,
  );
});
