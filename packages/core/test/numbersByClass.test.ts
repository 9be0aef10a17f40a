import { describe, expect, test } from 'vitest';
import { numbersByClass, weightsByClass } from '../src/loss/numbersByClass.ts';

const names = ['background', 'nodule', 'vessel'];

describe('numbers by class', () => {
  test('stand in the order of the classes, and those that are not named get the other number', () => {
    expect(numbersByClass({ vessel: 5, nodule: 2 }, names, 0, 'here')).toEqual([0, 2, 5]);
  });

  test('as a list are taken as they are, where there is one for each class', () => {
    expect(numbersByClass([3, 2, 1], names, 0, 'here')).toEqual([3, 2, 1]);
    expect(() => numbersByClass([3, 2], names, 0, 'here')).toThrow(
      'here: the list does not have one number for each class that takes part. ' +
        'Expected: 3 numbers (background, nodule, vessel). Got: 2.',
    );
  });

  test('of a class that does not exist are refused with the nearest name', () => {
    expect(() => numbersByClass({ Nodul: 2 }, names, 0, 'here')).toThrow(
      'Do this: write "nodule".',
    );
    expect(() => numbersByClass({ bone: 2 }, names, 0, 'here')).toThrow(
      'Do this: name a class of the list.',
    );
  });
});

describe('weights by class', () => {
  test('are 1 for a class that is not named', () => {
    expect(weightsByClass({ nodule: 0 }, names, 'here')).toEqual([1, 0, 1]);
  });

  test('are refused where all are 0', () => {
    expect(() => weightsByClass([0, 0, 0], names, 'here')).toThrow(
      'here: every class has the weight 0, so there is nothing to learn.',
    );
  });
});
