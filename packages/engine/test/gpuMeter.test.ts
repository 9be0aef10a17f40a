import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { GpuMeter } from '../src/training/gpuMeter.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'raremask-gpu-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** A folder for PATH with a program that is called as NVIDIA's is. */
function tool(script: string): NodeJS.ProcessEnv {
  const path = folder();
  writeFileSync(join(path, 'nvidia-smi'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(path, 'nvidia-smi'), 0o755);
  return { PATH: `${path}:/bin:/usr/bin` };
}

const NONE = { PATH: '/nowhere' };

// Without a shell for programs without an ending, Windows runs none of these.
const posix = test.skipIf(process.platform === 'win32');

posix('what nvidia-smi says of each GPU is read; what one does not tell is left out', async () => {
  const env = tool('echo "NVIDIA A, 87, 1024, 24576"; echo "NVIDIA B, [N/A], 0, 4096"');
  const meter = new GpuMeter({ env, cards: '/nowhere' });
  expect(meter.last).toEqual([]);
  await meter.ask();
  expect(meter.last).toEqual([
    { name: 'NVIDIA A', busy: 0.87, memory: 2 ** 30, total: 24 * 2 ** 30 },
    { name: 'NVIDIA B', memory: 0, total: 4 * 2 ** 30 },
  ]);
});

posix('a tool that fails is not asked again, and one that says nothing is ended', async () => {
  const path = folder();
  const env = tool(`echo x >> ${join(path, 'calls')}; exit 9`);
  const failing = new GpuMeter({ env, cards: '/nowhere' });
  await failing.ask();
  writeFileSync(join(path, 'calls'), '');
  await failing.ask();
  expect(failing.last).toEqual([]);
  const silent = new GpuMeter({ env: tool('exec sleep 60'), cards: '/nowhere', limit: 100 });
  const started = performance.now();
  await silent.ask();
  expect(performance.now() - started).toBeLessThan(20_000);
  expect(silent.last).toEqual([]);
});

test('what the kernel says of an AMD card is read', async () => {
  const cards = folder();
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(cards, name)), { recursive: true });
    writeFileSync(join(cards, name), text);
  };
  write('card0/device/gpu_busy_percent', '42\n');
  write('card0/device/mem_info_vram_used', '1073741824\n');
  write('card0/device/mem_info_vram_total', '8589934592\n');
  write('card0-DP-1/device/gpu_busy_percent', '1\n');
  // Another vendor's, that tells nothing.
  write('card1/device/vendor', '0x8086\n');
  const meter = new GpuMeter({ env: NONE, cards });
  await meter.ask();
  expect(meter.last).toEqual([{ name: 'card0', busy: 0.42, memory: 2 ** 30, total: 2 ** 33 }]);
});

test('a machine without GPUs has none', async () => {
  const meter = new GpuMeter({ env: NONE, cards: '/nowhere' });
  await meter.ask();
  expect(meter.last).toEqual([]);
});
