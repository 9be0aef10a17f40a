// Loaded before the command: the process dies as if by SIGKILL at one of its writes, or within it; or gets another signal.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { TEST_WRITE: at, TEST_COUNT: count, TEST_SIGNAL: signal = 'SIGKILL' } = process.env;
let writes = 0;

function dies(name, path) {
  if (!/runs[/\\]/.test(String(path))) return;
  writes++;
  if (count !== undefined) fs.writeFileSync(count, `${writes} ${name} ${path}`);
  if (writes === Number(at)) process.kill(process.pid, signal);
}

const { rename, open } = fs.promises;
fs.promises.rename = async (from, to) => {
  dies('rename', to);
  await rename(from, to);
};
fs.promises.open = async (path, ...rest) => {
  const file = await open(path, ...rest);
  const writeFile = file.writeFile.bind(file);
  let parts = 0;
  file.writeFile = async (content) => {
    // Of the many parts of a checkpoint, before the first one and in the middle.
    if (parts === 0 || parts === 9) dies('write', path);
    parts++;
    return await writeFile(content);
  };
  return file;
};
const { appendFileSync } = fs;
fs.appendFileSync = (path, text) => {
  dies('append', path);
  if (writes === Number(at)) appendFileSync(path, String(text).slice(0, 20));
  appendFileSync(path, text);
};
syncBuiltinESMExports();
