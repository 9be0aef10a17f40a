// Runs programs of the check, each with what it prints as the text of a failure.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** The environment without what names a registry: each step names its own. */
function plainEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_|pnpm_|RAREMASK_|INIT_CWD|NODE_OPTIONS)/i.test(name),
    ),
  );
}

/** @returns what it printed on stdout */
export async function program(folder, env, name, ...parameters) {
  try {
    const { stdout } = await execute(name, parameters, {
      cwd: folder,
      env: { ...plainEnvironment(), ...env },
      maxBuffer: 2 ** 26,
    });
    return stdout;
  } catch (error) {
    throw new Error(
      `${name} ${parameters.join(' ')}\n${error.stdout ?? ''}\n${error.stderr ?? error}`,
    );
  }
}

/** A program that must fail, and say why. */
export async function refused(pattern, folder, env, name, ...parameters) {
  let said;
  try {
    await program(folder, env, name, ...parameters);
  } catch (error) {
    said = error.message;
  }
  if (said === undefined)
    throw new Error(`${name} ${parameters.join(' ')} should have been refused`);
  if (!pattern.test(said)) throw new Error(`expected ${pattern}, and got:\n${said}`);
}

/** Says what is being done, and how long the last took. */
export function steps() {
  const started = performance.now();
  const seconds = () => `${Math.round((performance.now() - started) / 1000)} s`;
  return {
    step: (text) => console.log(`${seconds().padStart(6)}  ${text}`),
    seconds,
  };
}

export function same(got, expected, what) {
  const [left, right] = [JSON.stringify(got), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${what}. Expected: ${right}. Got: ${left}.`);
}
