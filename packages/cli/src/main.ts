import { pluginBehind, unanswered } from '@raremask/core/host';
import { version } from './command.ts';
import { createConsole } from './console.ts';
import { neverAnswered, thrownAside } from './errors.ts';
import { EXIT, reportFailure } from './failure.ts';
import { runCommand } from './program.ts';

let isDone = false;

/** Nothing is left that could go on, and the command has not come to its end: somebody does not keep a promise. */
process.once('beforeExit', () => {
  if (isDone) return;
  process.exit(reportFailure(neverAnswered(unanswered()), createConsole({ json: false }), version));
});

/** What a plugin throws in a timer, or in a promise that nobody waits for, ends the process wherever it is. */
process.on('uncaughtException', (error) => {
  const behind = pluginBehind(error);
  const failure = behind === undefined ? error : thrownAside(behind, error);
  reportFailure(failure, createConsole({ json: false }), version);
  process.exit(EXIT.failed);
});

await runCommand(process.argv.slice(2));
isDone = true;
