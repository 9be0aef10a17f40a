import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { further } from '../../../test/further.ts';
import { run } from './command.ts';
import { createProject, MANIFEST } from './project.ts';
import { metrics } from './runFiles.ts';

const ICD = '/usr/lib/chromium/vk_swiftshader_icd.json';
const has = existsSync(ICD);
if (!has) console.warn(`skipped: ${ICD} is missing (apt: chromium-common, libvulkan1)`);

test
  .skipIf(!has)
  .each(further('a run on WebGPU that is killed', [['checkpoints/last.safetensors']]))(
  'a run on a GPU that is killed after its first epoch goes on, and ends: %s',
  async (checkpoint) => {
    const project = createProject(MANIFEST.replace('epochs: 2', 'epochs: 3'));
    const env = { VK_ICD_FILENAMES: ICD };
    const executable = join(import.meta.dirname, '..', 'bin', 'raremask.js');
    const child = spawn(process.execPath, [executable, 'train', '--backend', 'webgpu'], {
      cwd: project.folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...env },
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const ended = new Promise((resolve) => child.on('close', resolve));
    const watch = setInterval(() => {
      if (existsSync(project.at('runs/tiny', checkpoint))) child.kill('SIGKILL');
    }, 50);
    await ended;
    clearInterval(watch);
    expect(child.signalCode, said).toBe('SIGKILL');
    expect(said).toContain('webgpu on SwiftShader Device');
    expect(said).toMatch(/training step: all \d+ operators run on the GPU/);
    const { status, stderr } = await run(project.folder, ['resume', 'runs/tiny'], env);
    expect(status, stderr).toBe(0);
    expect(stderr).toContain('webgpu on SwiftShader Device');
    const rows = metrics(project.at('runs/tiny/metrics.csv'));
    expect(rows).toHaveLength(3);
    const whole = await run(project.folder, [
      ...['train', '--backend', 'compiled', '--out', 'runs/whole'],
    ]);
    expect(whole.status, whole.stderr).toBe(0);
    // Six updates: what the kill has cost would be a whole update, which changes a loss by a hundredth or more.
    for (const [epoch, row] of metrics(project.at('runs/whole/metrics.csv')).entries()) {
      expect(Number(rows[epoch]!.loss) / Number(row.loss)).toBeCloseTo(1, 3);
    }
  },
  1_800_000,
);
