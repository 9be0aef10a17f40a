// Where the sources lie: what the root's package.json says, else the remote called origin; undefined for neither.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './workspace.mjs';

export function repository() {
  const { repository: said } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  if (said !== undefined) return typeof said === 'string' ? { type: 'git', url: said } : said;
  try {
    const url = execFileSync('git', ['remote', 'get-url', 'origin'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    // A remote may carry a name and a password.
    return /^https?:/.test(url) ? { type: 'git', url: withoutCredentials(url) } : undefined;
  } catch {
    return undefined;
  }
}

function withoutCredentials(url) {
  const cleaned = new URL(url);
  cleaned.username = '';
  cleaned.password = '';
  return `git+${cleaned.href}`;
}
