import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { ScaffoldError } from './errors.ts';
import { scaffold, scaffoldKinds } from './scaffold.ts';

const usage = `npm create raremask-plugin KIND NAME [FOLDER]

KIND    ${scaffoldKinds().join(', ')}
NAME    of the npm package, for example raremask-loss-edge or @lab/loss-edge
FOLDER  where it is written (default: the name without its scope)
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean' } },
  });
  const [kind, name, folder] = positionals;
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  if (kind === undefined || name === undefined || positionals.length > 3) {
    process.stderr.write(usage);
    return 2;
  }
  const made = await scaffold(kind, name, folder);
  const shown = relative(process.cwd(), made.folder) || '.';
  process.stdout.write(`${made.files.length} files in ${shown}. Next:

  cd ${shown}
  npm install
  npm test
`);
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  const known =
    error instanceof ScaffoldError ||
    (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS') === true;
  if (!known) throw error;
  process.stderr.write(`error ${(error as Error).message}\n`);
  process.exitCode = 2;
}
