// A task of Slurm that runs one command line: what shows its progress, and then the command's words.
import { runTask } from './runTask.ts';

const [progress, ...parameters] = process.argv.slice(2);
await runTask(parameters, progress!);
