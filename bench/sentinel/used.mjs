// Loaded before a command: at its end, writes the seconds of processor time that it has used into the file RAREMASK_USED.
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  process.on('exit', () => {
    const { user, system } = process.cpuUsage();
    writeFileSync(process.env.RAREMASK_USED, String((user + system) / 1e6));
  });
}
