import { parseArgs } from 'node:util';
import { isPhantomError, wrongArguments } from './errors.ts';
import { generatePhantom, type PhantomSummary } from './generate.ts';
import { defaults, type PhantomOptions } from './options.ts';
import { splitNames } from './split.ts';

const help = `raremask-phantom: writes a SYNTHETIC set of CT-like slices, most of them without a nodule,
as a folder of PNG files with masks and split lists.

  raremask-phantom --out data --seed 7 --cases 24 --slices 20 --size 64

  --out FOLDER            where to write; must not hold anything else (required)
  --seed N                same seed, same files (${defaults.seed})
  --cases N               cases, 3 to 999 (${defaults.cases})
  --slices N              slices of each case, 4 to 99 (${defaults.slicesPerCase})
  --size N                height and width in pixels, 32 to 512 (${defaults.size})
  --bits 8|16             depth of the grey images (${defaults.bits})
  --nodule-cases SHARE    share of the cases that have nodules (${defaults.noduleCaseShare})
  --nodule-slices SHARE   share of all slices that show one (${defaults.noduleSliceShare})
  --validation SHARE      share of the cases in val.txt (${defaults.validationShare})
  --test SHARE            share of the cases in test.txt (${defaults.testShare})
  --json                  print the summary as JSON
  --help                  print this

Exit codes: 0 written or up to date, 2 wrong option, 5 folder cannot be used, 1 anything else.
`;

/** The option of `generatePhantom` behind each numeric option of the command line. */
const numbers = {
  seed: 'seed',
  cases: 'cases',
  slices: 'slicesPerCase',
  size: 'size',
  bits: 'bits',
  'nodule-cases': 'noduleCaseShare',
  'nodule-slices': 'noduleSliceShare',
  validation: 'validationShare',
  test: 'testShare',
} as const satisfies Record<string, keyof PhantomOptions>;

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!isPhantomError(error)) throw error;
  process.stderr.write(`${error.message} [${error.code}]\n`);
  process.exitCode = error.category === 'manifest' ? 2 : 5;
}

async function main(words: string[]): Promise<void> {
  const values = parse(words);
  if (values.help === true) {
    process.stdout.write(help);
    return;
  }
  const out = values.out;
  if (typeof out !== 'string') throw wrongArguments('option --out is missing');
  const given = Object.entries(numbers).flatMap(([flag, name]) => {
    const text = values[flag];
    return typeof text === 'string' ? [[name, number(flag, text)]] : [];
  });
  const summary = await generatePhantom({ out, ...Object.fromEntries(given) });
  process.stdout.write(
    values.json === true ? `${JSON.stringify(summary, null, 2)}\n` : describe(summary),
  );
}

function parse(words: string[]): Record<string, string | boolean | undefined> {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const numeric = Object.fromEntries(Object.keys(numbers).map((name) => [name, text]));
  try {
    return parseArgs({ args: words, options: { out: text, json: flag, help: flag, ...numeric } })
      .values;
  } catch (error) {
    throw wrongArguments(
      error instanceof Error
        ? error.message.replace(/\s*\n\s*/g, ' ').replace(/\.$/, '')
        : String(error),
    );
  }
}

function number(flag: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) {
    throw wrongArguments(`option --${flag} is no number. Expected: a number. Got: ${text}`);
  }
  return value;
}

function describe(summary: PhantomSummary): string {
  const lines = splitNames.map((name) => {
    const { cases, images, emptyImages } = summary.splits[name];
    return `  ${name.padEnd(5)} ${cases} cases, ${images} images, ${emptyImages} without a nodule\n`;
  });
  const percent = (100 * summary.emptyShare).toFixed(0);
  return `SYNTHETIC set ${summary.status}: ${summary.folder}
${summary.images} images of ${summary.recipe.size} x ${summary.recipe.size} pixels, ${percent} % without a nodule, ${summary.nodules} nodules
${lines.join('')}`;
}
