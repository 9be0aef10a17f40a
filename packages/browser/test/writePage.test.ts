import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PageConfig, runtimeFiles, viewerFile, writePage } from '@raremask/browser';
import { expect, onTestFinished, test } from 'vitest';

const config: PageConfig = {
  name: '<b>mine</b>',
  facts: {
    space: 2,
    channels: 1,
    classes: [
      { name: 'background', value: 0 },
      { name: 'nodule', value: 255 },
    ],
    overlapping: false,
    remark: 'SYNTHETIC & so on',
  },
  normalization: { kind: 'none' },
  multipleOf: [4, 4],
  rule: { threshold: 0.5, minimumSizes: [0, 0], peaks: [0, 0] },
  mirror: false,
  window: 'auto',
  upright: true,
};

test('the page loads what lies beside it alone, and names are text in it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'raremask-page-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const model = Uint8Array.of(1, 2, 250);
  await writePage(folder, config, model, { version: '1', script: '"use\n</script>"', wasm: model });
  const page = readFileSync(join(folder, 'predict.html'), 'utf8');
  expect(page).toContain('&lt;b&gt;mine&lt;/b&gt;');
  expect(page).toContain('SYNTHETIC &amp; so on');
  expect(page).not.toMatch(/https?:/);
  const sources = [...page.matchAll(/src="([^"]+)"/g)].map(([, source]) => source!);
  expect(sources).toEqual(['web/model.js', 'web/runtime.js', 'web/page.js']);
  const held: { RAREMASK?: Record<string, unknown> } = {};
  for (const name of ['model.js', 'runtime.js']) {
    new Function('globalThis', readFileSync(join(folder, 'web', name), 'utf8'))(held);
  }
  expect(held.RAREMASK).toMatchObject({ config, model: 'AQL6', wasm: 'AQL6' });
});

test('the page of volumes loads niivue, with its licence beside it, and says what a case is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'raremask-page-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const viewer = await viewerFile(import.meta.dirname);
  // A script, not a module: the page is opened as a file.
  expect(viewer).not.toMatch(/^(import|export) /m);
  const held: { niivue?: { readonly Niivue?: unknown } } = {};
  new Function('globalThis', 'self', 'window', 'module', 'exports', `${viewer}`).call(
    held,
    held,
    held,
    held,
  );
  expect(held.niivue?.Niivue).toBeTypeOf('function');
  const volumes = { view: 'axial', neighbours: 0, files: ['{id}_<1>.nii', '{id}_2.nii'] } as const;
  const runtime = { version: '1', script: '', wasm: Uint8Array.of() };
  await writePage(folder, { ...config, volumes }, Uint8Array.of(), runtime, viewer);
  const page = readFileSync(join(folder, 'predict.html'), 'utf8');
  const sources = [...page.matchAll(/src="([^"]+)"/g)].map(([, source]) => source!);
  expect(sources).toEqual(['web/model.js', 'web/runtime.js', 'web/niivue.js', 'web/page.js']);
  expect(page).toContain('accept=".nii,.gz"');
  expect(page).toContain('{id}_&lt;1&gt;.nii, {id}_2.nii');
  expect(readFileSync(join(folder, 'web/niivue.js'), 'utf8')).toBe(viewer);
  const licence = readFileSync(join(folder, 'web/niivue.LICENSE'), 'utf8');
  expect(licence).toContain('BSD 2-Clause');
});

test('the script is for a browser: nothing in it asks for Node', () => {
  const script = readFileSync(new URL('../dist/page.js', import.meta.url), 'utf8');
  expect(script).not.toMatch(/node:|\brequire\(|\bprocess\./);
});

test('the runtime is found where it is installed, in one module without imports', async () => {
  const runtime = await runtimeFiles(import.meta.dirname);
  expect(runtime!.version).toMatch(/^1\./);
  expect(runtime!.script).not.toMatch(/^import /m);
  expect(Buffer.from(runtime!.wasm.subarray(1, 4)).toString()).toBe('asm');
});
