import { slurmSetting } from './errors.ts';

/** What a sweep file says below `slurm`: options of sbatch by their long names; true is an option without a value. */
export type SlurmMap = Readonly<Record<string, string | number | boolean>>;

/** What is set here: results could not be found again with other values. */
const OWN: Readonly<Record<string, string>> = {
  array: '-a',
  chdir: '-D',
  error: '-e',
  'job-name': '-J',
  output: '-o',
  parsable: '',
  wait: '-W',
  wrap: '',
};
const ELSEWHERE: Readonly<Record<string, string>> = { clusters: '-M', cluster: '' };

/**
 * The words that sbatch gets: those of a sweep file first, so that those of the command line win.
 *
 * @param texts as `--sbatch` has them: options as in a shell, with quotes where there are spaces
 * @throws RaremaskError where they cannot be read, or set what is set here
 */
export function sbatchWords(map: SlurmMap = {}, texts: readonly string[] = []): string[] {
  const ofMap = Object.entries(map).flatMap(([name, value]) => {
    if (value === false) return [];
    return [value === true ? `--${name}` : `--${name}=${value}`];
  });
  const words = [...ofMap, ...texts.flatMap(wordsOfShell)];
  for (const word of words) {
    if (isOneOf(word, OWN)) {
      throw slurmSetting(word, 'this option of sbatch is set by raremask', 'leave it out');
    }
    if (isOneOf(word, ELSEWHERE)) {
      const remedy = 'leave it out, and set SLURM_CLUSTERS, which all commands of Slurm follow';
      throw slurmSetting(word, 'squeue would not ask the cluster that is named here', remedy);
    }
  }
  if (words[0] !== undefined && !words[0].startsWith('-')) {
    throw slurmSetting(words[0], 'this is no option of sbatch', 'write --NAME=VALUE');
  }
  return words;
}

function isOneOf(word: string, options: Readonly<Record<string, string>>): boolean {
  return Object.entries(options).some(
    ([long, short]) =>
      word === `--${long}` ||
      word.startsWith(`--${long}=`) ||
      (short !== '' && word.startsWith(short)),
  );
}

/** Words at spaces; quotes of both kinds hold together, as in a shell. */
function wordsOfShell(text: string): string[] {
  const words = text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  if (words.join('').replace(/\s/g, '') !== text.replace(/\s/g, '')) {
    throw slurmSetting(text, 'a quotation mark is not closed', 'close it');
  }
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
}
