import { createRandom } from '@raremask/core/host';
import type { Settings, SettingsRule } from './shape.ts';
import { settingsId } from './trial.ts';

/** The settings that a sweep tries, each of them once; one empty map where nothing varies. */
export function variantsOf(rule: SettingsRule | undefined): Settings[] {
  const all = rule === undefined ? [{}] : (rule.list ?? combined(rule.grid) ?? drawn(rule.random!));
  return [...new Map(all.map((settings) => [settingsId(settings), settings])).values()];
}

/** Every combination; the last setting varies fastest. */
function combined(grid: SettingsRule['grid']): Settings[] | undefined {
  if (grid === undefined) return undefined;
  return Object.entries(grid).reduce<Settings[]>(
    (before, [key, values]) =>
      before.flatMap((settings) => values.map((value) => ({ ...settings, [key]: value }))),
    [{}],
  );
}

/** A draw depends on the seed, its number and the setting's name alone: more draws leave the first as they are. */
function drawn({ count, seed, of }: NonNullable<SettingsRule['random']>): Settings[] {
  const streams = createRandom(seed).fork('sweep');
  return Array.from({ length: count }, (_, index) =>
    Object.fromEntries(
      Object.entries(of).map(([key, choice]) => {
        const stream = streams.fork(`${index}`).fork(key);
        if (Array.isArray(choice)) return [key, choice[stream.integer(0, choice.length - 1)]!];
        const { from, to, scale, whole } = choice;
        const part = stream.next();
        const value = scale === 'log' ? from * (to / from) ** part : from + (to - from) * part;
        return [key, whole ? Math.round(value) : Number(value.toPrecision(4))];
      }),
    ),
  );
}
