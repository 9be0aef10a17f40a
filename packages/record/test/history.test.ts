import { EPOCH_SCORES, type ValidationScores } from '@raremask/core';
import { type EpochScores, epochScoreDefinitions } from '@raremask/metrics';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { bestRow, parseHistory } from '../src/history.ts';

describe('metrics.csv', () => {
  test('gives terms by name, and no validation where its cells are empty', () => {
    const rows = parseHistory(
      'epoch,loss,loss_dice,loss_ce,val_dice_foreground,val_alarm_share\n1,3,1,2,,\n2,NaN,0.5,1,0.25,\n',
    );
    expect(rows[0]).toMatchObject({ epoch: 1, loss: 3, terms: { dice: 1, ce: 2 } });
    expect(rows[0]).not.toHaveProperty('validation');
    expect(rows[1]?.loss).toBeNaN();
    expect(rows[1]?.validation).toMatchObject({ diceForeground: 0.25, alarmShare: null });
  });

  test('is no history when empty, and a torn last line without an epoch is left out', () => {
    expect(parseHistory('')).toEqual([]);
    expect(parseHistory('epoch,loss\n1,2\n,\n').map(({ epoch }) => epoch)).toEqual([1]);
  });
});

test('scores that a manifest adds are read by their columns, whatever they are called', () => {
  const [row] = parseHistory('epoch,val_balanced,val_surface-mm,val_hit_rate\n1,0.5,2.25,\n');
  expect(row?.validation).toMatchObject({ balanced: 0.5, 'surface-mm': 2.25, hit_rate: null });
});

describe('a foreign metrics.csv', () => {
  test('may have carriage returns, a byte order mark, spaces and a cut-off last line', () => {
    const rows = parseHistory('\ufeffepoch , loss\r\n1, 2\r\n\r\n2,3\r\n3');
    expect(rows.map(({ epoch, loss }) => [epoch, loss])).toEqual([
      [1, 2],
      [2, 3],
      [3, Number.NaN],
    ]);
  });

  test('keeps its whole lines where the last one ends inside a quote', () => {
    expect(parseHistory('epoch,loss\n1,2\n2,"3').map(({ epoch }) => epoch)).toEqual([1]);
  });
});

describe('the best epoch', () => {
  const rows = parseHistory(
    'epoch,val_balanced,val_alarm_share\n1,0.5,0.2\n2,0.7,0.4\n3,0.6,0.1\n4,,\n5,0.7,0.1\n',
  );

  test('has the highest score, the last of equals', () => {
    expect(bestRow(rows)?.epoch).toBe(5);
  });

  test('has the lowest of a score of which less is better, the last of equals', () => {
    expect(bestRow(rows, 'alarmShare')?.epoch).toBe(5);
  });

  test('is none of a run without validation', () => {
    expect(bestRow(parseHistory('epoch,loss\n1,2\n'))).toBeUndefined();
  });

  test('is chosen by a score that each epoch has, under the names that events and manifests use', () => {
    expectTypeOf<EpochScores>().toExtend<ValidationScores>();
    expect(epochScoreDefinitions.map(({ epoch }) => epoch.name)).toEqual(EPOCH_SCORES);
  });
});
