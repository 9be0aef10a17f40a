import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GpuLoad } from '@raremask/core';

/** Milliseconds after which a program that says nothing is ended, and not asked again. */
const LIMIT = 2000;
const MIB = 2 ** 20;
const QUERY = [
  '--query-gpu=name,utilization.gpu,memory.used,memory.total',
  '--format=csv,noheader,nounits',
];

interface Places {
  /** Where the kernel tells of graphics cards. */
  readonly cards?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds that nvidia-smi has. */
  readonly limit?: number;
}

/**
 * Asks the machine's GPUs how busy they are: NVIDIA's by nvidia-smi, AMD's by what the kernel says. It never
 * lets anybody wait: `ask` begins, and `last` is what has been answered by then.
 */
export class GpuMeter {
  readonly #cards: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #limit: number;
  #hasTool = true;
  #asking: Promise<void> | undefined;
  #last: readonly GpuLoad[] = [];

  constructor({ cards = '/sys/class/drm', env = process.env, limit = LIMIT }: Places = {}) {
    this.#cards = cards;
    this.#env = env;
    this.#limit = limit;
  }

  /** What the GPUs said last; nothing where there are none that can be asked. */
  get last(): readonly GpuLoad[] {
    return this.#last;
  }

  /** Begins to ask, unless an answer is still awaited. Never rejects. */
  ask(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #ask(): Promise<void> {
    const [nvidia, amd] = await Promise.all([this.#nvidia(), this.#amd()]);
    this.#last = [...nvidia, ...amd];
  }

  async #nvidia(): Promise<readonly GpuLoad[]> {
    if (!this.#hasTool) return [];
    const text = await new Promise<string | undefined>((resolve) => {
      const options = { env: this.#env, timeout: this.#limit, killSignal: 'SIGKILL' } as const;
      try {
        const child = execFile('nvidia-smi', QUERY, options, (error, stdout) =>
          resolve(error === null ? stdout : undefined),
        );
        // A run that ends does not wait for it.
        child.unref();
      } catch {
        resolve(undefined);
      }
    });
    if (text === undefined) this.#hasTool = false;
    return (text ?? '').split('\n').flatMap((line) => {
      const [name, busy, used, total] = line.split(',').map((cell) => cell.trim());
      if (name === undefined || name === '' || total === undefined) return [];
      return gpuLoad(name, busy!, used!, total, MIB);
    });
  }

  async #amd(): Promise<readonly GpuLoad[]> {
    const names = await readdir(this.#cards).catch((): string[] => []);
    const cards = names.filter((name) => /^card\d+$/.test(name)).toSorted();
    const loads = await Promise.all(
      cards.map(async (card) => {
        const read = (file: string) =>
          readFile(join(this.#cards, card, 'device', file), 'utf8').catch(() => '');
        const [busy, used, total] = await Promise.all(
          ['gpu_busy_percent', 'mem_info_vram_used', 'mem_info_vram_total'].map(read),
        );
        return gpuLoad(card, busy!, used!, total!, 1);
      }),
    );
    return loads.flat();
  }
}

/** A figure that a GPU does not tell (`[N/A]`) is left out; one that tells nothing is as well. */
function gpuLoad(
  name: string,
  busy: string,
  used: string,
  total: string,
  unit: number,
): readonly GpuLoad[] {
  const [percent, memory, all] = [busy, used, total].map((text) =>
    /^\s*\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) : undefined,
  );
  if (percent === undefined && memory === undefined) return [];
  return [
    {
      name,
      ...(percent !== undefined && { busy: Math.min(percent / 100, 1) }),
      ...(memory !== undefined && { memory: memory * unit }),
      ...(all !== undefined && { total: all * unit }),
    },
  ];
}
