import { existsSync } from 'node:fs';
import { settingsText } from '@raremask/report';
import { noNetworks, notASweep } from './errors.ts';
import { sweepResults } from './results.ts';
import type { Settings } from './shape.ts';
import { readSweep, sweepFolder } from './sweepFolder.ts';

/**
 * The runs whose networks predict: a run itself; of a sweep, the finished trials of the settings that are asked
 * for, or of the best ones, in the order of its plan.
 *
 * @param settings each as `key=value`; of several combinations that have all of them, the best
 * @throws RaremaskError where no trial is finished, or none has the settings
 */
export async function runsOf(
  path: string,
  settings: readonly string[] | undefined,
  say: (level: 'info' | 'warn', text: string) => void,
): Promise<readonly string[]> {
  const folder = sweepFolder(path);
  if (!existsSync(folder.record)) {
    if (settings !== undefined) throw notASweep(path);
    return [path];
  }
  const record = (await readSweep(folder))!;
  const { variants, trials } = await sweepResults(folder, record);
  const trained = variants.filter(({ finished }) => finished > 0);
  if (trained.length === 0) throw noNetworks(path, []);
  const chosen = trained.find((one) => settings?.every((text) => has(one.settings, text)) ?? true);
  if (chosen === undefined) {
    throw noNetworks(
      path,
      trained.map((one) => settingsText(one.settings)),
      settings,
    );
  }
  const key = JSON.stringify(chosen.settings);
  const own = trials.filter(
    ({ state, settings: theirs }) => state === 'finished' && JSON.stringify(theirs) === key,
  );
  const count =
    own.length === 1 ? 'one network predicts' : `${own.length} networks predict together`;
  say('info', `${count}: ${settingsText(chosen.settings)} (${own.map(({ id }) => id).join(', ')})`);
  if (own.length < chosen.trials) {
    say(
      'warn',
      `${chosen.trials - own.length} of ${chosen.trials} trials are not finished, and are not among them`,
    );
  }
  return own.map(({ id }) => folder.trial(id));
}

/** Whether settings have one that is given as `key=value`, the value as it stands or as JSON. */
function has(settings: Settings, text: string): boolean {
  const at = text.indexOf('=');
  const [key, value] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 1 || !(key in settings)) return false;
  const own = settings[key];
  return value === JSON.stringify(own) || value === String(own);
}
