import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { watchRun } from '../src/watch/server.ts';

let folder: string;

beforeAll(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'raremask-watch-')), 'my-run');
  mkdirSync(folder);
  writeFileSync(join(folder, 'metrics.csv'), 'epoch,loss\n1,0.5\n');
});

afterAll(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

/** What is answered to a path that is sent as it stands. */
function asked(
  address: string,
  path: string,
  { host = '127.0.0.1', method = 'GET' } = {},
): Promise<{ status: number; text: string }> {
  return new Promise((done, fail) => {
    const { port } = new URL(address);
    const options = { host: '127.0.0.1', port, path, method, headers: { host } };
    request(options, (response) => {
      let text = '';
      response.on('data', (part: Buffer) => {
        text += part.toString();
      });
      response.on('end', () => done({ status: response.statusCode!, text }));
    })
      .on('error', fail)
      .end();
  });
}

test('a run is shown on this machine alone, and nothing else can be asked for', async () => {
  const { address, close } = await watchRun(folder);
  try {
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    expect((await asked(address, '/')).text).toContain('<title>my-run');
    expect((await asked(address, '/part')).text).toContain('epoch 1');
    expect((await asked(address, '/picture/../metrics.csv')).status).toBe(404);
    expect((await asked(address, '/picture/%2e%2e%2fmetrics.csv')).status).toBe(404);
    expect((await asked(address, '/metrics.csv')).status).toBe(404);
    expect((await asked(address, '/', { host: 'evil.example' })).status).toBe(403);
    expect((await asked(address, '/', { method: 'POST' })).status).toBe(405);
  } finally {
    await close();
  }
});

test('a second page takes the next port; a port that is asked for and taken is an error', async () => {
  const first = await watchRun(folder);
  const second = await watchRun(folder);
  try {
    expect(second.address).not.toBe(first.address);
    const port = Number(new URL(first.address).port);
    await expect(watchRun(folder, { port })).rejects.toThrow(/no port is free/);
  } finally {
    await first.close();
    await second.close();
  }
});
