// Runs command lines one after another in one process, which loads the libraries once.
import { runCommand } from '../dist/program.js';

let ended = { stdout: '', stderr: '' };
for (const stream of ['stdout', 'stderr']) {
  process[stream].write = (chunk, ...rest) => {
    ended[stream] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    rest.findLast((parameter) => typeof parameter === 'function')?.();
    return true;
  };
}

process.on('message', async ({ folder, parameters }) => {
  ended = { stdout: '', stderr: '' };
  process.chdir(folder);
  process.exitCode = undefined;
  await runCommand(parameters);
  const status = process.exitCode ?? 0;
  process.exitCode = undefined;
  process.send({ status, ...ended });
});
