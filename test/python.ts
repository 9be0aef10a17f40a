import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** The first Python that can import a module: RAREMASK_PYTHON, python3, the checkout's .venv. */
export function pythonWith(module: string): string | undefined {
  const candidates = [process.env.RAREMASK_PYTHON, 'python3', join(root, '.venv', 'bin', 'python')];
  return candidates.find(
    (python) => python && spawnSync(python, ['-c', `import ${module}`]).status === 0,
  );
}
