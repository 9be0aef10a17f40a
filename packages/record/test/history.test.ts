import { describe, expect, test } from 'vitest';
import { parseHistory } from '../src/history.ts';

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
