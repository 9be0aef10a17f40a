// Which registry is meant: the one that npm itself would take, named once in .npmrc or in the environment.
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './workspace.mjs';

const get = (key, options = {}) =>
  execFileSync('npm', ['config', 'get', key], { encoding: 'utf8', cwd: root, ...options }).trim();

/** The registry that npm takes where nobody has named one. */
function defaultRegistry() {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_config_/i.test(name)),
  );
  return get('registry', {
    cwd: tmpdir(),
    env: {
      ...env,
      npm_config_userconfig: join(tmpdir(), 'no-such-user.npmrc'),
      npm_config_globalconfig: join(tmpdir(), 'no-such-global.npmrc'),
    },
  });
}

/**
 * The registry to publish to.
 *
 * @param isPublic whether the public one is meant where none is named
 * @throws where none is named, or two
 */
export function namedRegistry({ isPublic }) {
  const registry = get('registry');
  const scoped = get('@raremask:registry');
  const slash = (url) => url.replace(/\/?$/, '/');
  if (scoped !== 'undefined' && slash(scoped) !== slash(registry)) {
    throw new Error(
      `Two registries are named: ${scoped} for @raremask, and ${registry} for raremask itself and create-raremask-plugin. Do this: name one, as registry in .npmrc or as npm_config_registry.`,
    );
  }
  if (slash(registry) === slash(defaultRegistry()) && !isPublic) {
    throw new Error(
      'No registry is named, and npm would take the public one. Do this: write registry=https://YOUR-REGISTRY/ into .npmrc, or set npm_config_registry; or say --public.',
    );
  }
  return slash(registry);
}
