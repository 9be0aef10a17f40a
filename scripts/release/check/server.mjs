// A registry of its own for the check: verdaccio on 127.0.0.1, which asks the configured registry for what is not ours.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { root } from '../workspace.mjs';

// node-fetch 3, which this verdaccio would take, does not run on Node 20 there.
const PACKAGE = {
  private: true,
  dependencies: { verdaccio: '6.8.0' },
  overrides: { 'node-fetch': '2.7.0' },
};

/** Installs verdaccio once, in a folder that git ignores. */
function installed() {
  const folder = join(root, '.cache', 'verdaccio');
  const bin = join(folder, 'node_modules', 'verdaccio', 'bin', 'verdaccio');
  if (!existsSync(bin)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify(PACKAGE));
    execFileSync('npm', ['install', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'inherit' });
  }
  return bin;
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/**
 * Starts an empty registry.
 *
 * @param folder where it keeps what it gets
 * @param ours names, or patterns of names, that are never asked of the other registry
 * @returns its address, `addUser(name)`, which gives a user's token, and `stop()`
 */
export async function startRegistry(folder, ours) {
  const upstream = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
  const bin = installed();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const own = { access: '$all', publish: '$authenticated', unpublish: '$authenticated' };
  const config = {
    storage: join(folder, 'storage'),
    auth: { htpasswd: { file: join(folder, 'htpasswd'), max_users: 10 } },
    uplinks: { upstream: { url: upstream, timeout: '60s', max_fails: 20, fail_timeout: '5s' } },
    packages: {
      ...Object.fromEntries(ours.map((name) => [name, own])),
      '**': { access: '$all', proxy: 'upstream' },
    },
    max_body_size: '100mb',
    log: { type: 'stdout', format: 'pretty', level: 'warn' },
  };
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'config.yaml');
  writeFileSync(file, stringify(config));
  const server = spawn(process.execPath, [bin, '--config', file, '--listen', `127.0.0.1:${port}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await answering(url, server);
  return {
    url,
    async addUser(name) {
      const response = await fetch(`${url}-/user/org.couchdb.user:${name}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name, password: `${name}-password` }),
      });
      if (!response.ok) throw new Error(`the registry takes no user: ${await response.text()}`);
      return (await response.json()).token;
    },
    stop: () => server.kill(),
  };
}

async function answering(url, server) {
  for (let trial = 0; trial < 120; trial++) {
    if (server.exitCode !== null) throw new Error('verdaccio ended at once');
    try {
      if ((await fetch(`${url}-/ping`)).ok) return;
    } catch {
      // It has not begun to listen.
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`verdaccio does not answer at ${url}`);
}
