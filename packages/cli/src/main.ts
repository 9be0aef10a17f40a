import { failedDisposals, pluginBehind, pluginsOfOthers, unanswered } from '@raremask/core/host';
import { version } from './command.ts';
import { createConsole } from './console.ts';
import { endedAside, neverAnswered, rejectedAside, thrownAside } from './errors.ts';
import { EXIT, reportFailure } from './failure.ts';
import { runCommand } from './program.ts';
import { watchStandstill } from './standstill.ts';

let isDone = false;

// A command that is done by then needs no watch.
setTimeout(() => watchStandstill({ seconds: 60 }), 1000).unref();

/** Nothing is left that could go on, and the command has not come to its end: somebody does not keep a promise. */
process.once('beforeExit', () => {
  if (isDone) return;
  process.exit(reportFailure(neverAnswered(unanswered()), createConsole({ json: false }), version));
});

/** A plugin that ends the process would make half of a command look like all of it. */
process.once('exit', (code) => {
  if (isDone || code !== EXIT.ok) return;
  const ended = endedAside(pluginBehind(new Error('the process was ended here')));
  process.exitCode = reportFailure(ended, createConsole({ json: false }), version);
});

/** What a plugin throws in a timer, or in a promise that nobody waits for, ends the process wherever it is. */
process.on('uncaughtException', (error, origin) => {
  reportFailure(asideOr(error, origin), createConsole({ json: false }), version);
  process.exit(EXIT.failed);
});

function asideOr(error: Error, origin: NodeJS.UncaughtExceptionOrigin): Error {
  const behind = pluginBehind(error);
  if (behind !== undefined) return thrownAside(behind, error);
  const plugins = pluginsOfOthers();
  const isOfNode = !/^\s+at (?!.*\bnode:)/m.test(error.stack ?? '');
  const isAlone = origin === 'unhandledRejection' && isOfNode && plugins.length > 0;
  return isAlone ? rejectedAside(plugins, error) : error;
}

await runCommand(process.argv.slice(2));
isDone = true;
// The command has done its work, and somebody's files may not have been closed.
if (failedDisposals() > 0) process.exitCode ||= EXIT.failed;
