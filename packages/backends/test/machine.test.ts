import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type Finding,
  type Machine,
  machineFindings,
  thisMachine,
  withoutGpu,
} from '../src/index.ts';
import { neededBy } from '../src/machine/elf.ts';

/** A folder that plays the root of a machine of Linux. */
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'raremask-machine-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, content: string | Uint8Array = ''): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

const GIB = 2 ** 30;

/** @param commands what each prints; any other is missing */
function machine(
  more: Partial<Machine> = {},
  commands: Readonly<Record<string, string>> = {},
): Machine {
  return {
    ...thisMachine(root),
    platform: 'linux',
    arch: 'x64',
    node: 'v22.3.0',
    env: {},
    cores: 8,
    memory: { total: 64 * GIB, free: 32 * GIB },
    run: (command) => commands[command],
    free: () => 100 * GIB,
    ...more,
  };
}

const RUNTIME = { version: '1.30.0', folder: '/ort' };
const PROVIDER = '/ort/libonnxruntime_providers_cuda.so';

function found(of: Machine, name: string): Finding {
  return machineFindings(of, '/project', RUNTIME).find((one) => one.name === name)!;
}

/** The smallest library of 64 bits that names others: a head, a table of entries, their names, two sections. */
function library(...needed: readonly string[]): Uint8Array {
  const text = Buffer.from(`\0${needed.map((name) => `${name}\0`).join('')}`, 'latin1');
  const [table, strings, sections] = [64, 64 + 16 * (needed.length + 1), 512];
  const bytes = Buffer.alloc(sections + 128);
  bytes.write('\x7fELF\x02\x01', 0, 'latin1');
  bytes.writeBigUInt64LE(BigInt(sections), 40);
  bytes.writeUInt16LE(64, 58);
  bytes.writeUInt16LE(2, 60);
  let at = 1;
  for (const [index, name] of needed.entries()) {
    bytes.writeBigInt64LE(1n, table + 16 * index);
    bytes.writeBigUInt64LE(BigInt(at), table + 16 * index + 8);
    at += name.length + 1;
  }
  text.copy(bytes, strings);
  // The dynamic section, whose names are in section 1.
  bytes.writeUInt32LE(6, sections + 4);
  bytes.writeBigUInt64LE(BigInt(table), sections + 24);
  bytes.writeBigUInt64LE(BigInt(strings - table), sections + 32);
  bytes.writeUInt32LE(1, sections + 40);
  bytes.writeUInt32LE(3, sections + 64 + 4);
  bytes.writeBigUInt64LE(BigInt(strings), sections + 64 + 24);
  bytes.writeBigUInt64LE(BigInt(text.length), sections + 64 + 32);
  return bytes;
}

describe('Node and packages', () => {
  test('a Node that is too old is named, with the one to install', () => {
    expect(found(machine({ node: 'v18.20.4' }), 'node')).toMatchObject({
      state: 'broken',
      detail: 'v18.20.4, linux x64, older than 20.19',
    });
    expect(found(machine({ node: 'v20.18.0' }), 'node').state).toBe('broken');
    expect(found(machine({ node: 'v20.19.0' }), 'node').state).toBe('ok');
    expect(found(machine({ node: 'v25.1.0' }), 'node').detail).toContain('not tried');
  });

  test('an install script that has not run is named, and what does its work', () => {
    put('/project/pnpm-lock.yaml');
    put('/project/node_modules/@tensorflow/tfjs-node/package.json', '{}');
    const { state, detail, remedy } = found(machine({}, { pnpm: '10.1.0\n' }), 'package manager');
    expect(state).toBe('broken');
    expect(detail).toBe(
      'pnpm 10.1.0; the install script of @tensorflow/tfjs-node has not run, or has failed: lib/napi-v8/tfjs_binding.node is missing',
    );
    expect(remedy).toContain('raremask backend install tensorflow');
    put('/project/node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node');
    expect(found(machine({}, { pnpm: '10.1.0\n' }), 'package manager').state).toBe('ok');
  });
});

describe('memory and disk', () => {
  test('too little of either is named', () => {
    const poor = machine({ memory: { total: 4 * GIB, free: GIB / 2 }, free: () => GIB / 4 });
    expect(found(poor, 'memory')).toMatchObject({ state: 'broken' });
    expect(found(poor, 'disk')).toMatchObject({
      state: 'broken',
      detail: expect.stringContaining('0.3 GiB free in /project'),
    });
    expect(found(machine({ free: () => undefined }), 'disk').state).toBe('ok');
  });

  test("a container's limit counts, not the memory of its host", () => {
    put('/sys/fs/cgroup/memory.max', `${8 * GIB}\n`);
    expect(found(machine(), 'memory').detail).toBe(
      "32.0 GiB free of 8.0 GiB, the container's limit",
    );
    put('/sys/fs/cgroup/memory.max', 'max\n');
    expect(found(machine(), 'memory').detail).toBe('32.0 GiB free of 64.0 GiB');
  });
});

describe('a GPU', () => {
  test('that is not there is absent, and none is tried', () => {
    expect(found(machine(), 'GPU').state).toBe('absent');
    expect(withoutGpu(machine())).toBe('the system shows no GPU');
    expect(withoutGpu(machine({ platform: 'darwin' }))).toBeUndefined();
  });

  test('that this user may not open is broken, with the group that may', () => {
    put('/dev/dri/renderD128');
    const closed = machine({ opens: () => false });
    expect(found(closed, 'GPU')).toEqual({
      name: 'GPU',
      state: 'broken',
      detail: 'this user may not open /dev/dri/renderD128',
      remedy: 'sudo usermod -aG render $USER, then log in again',
    });
    expect(withoutGpu(closed)).toContain('may not open');
    expect(found(machine(), 'GPU').state).toBe('ok');
  });
});

describe('Vulkan', () => {
  const ICD = '/usr/share/vulkan/icd.d/nvidia_icd.json';
  const manifest = (path: string) => JSON.stringify({ ICD: { library_path: path } });

  test('without a loader says which package brings it', () => {
    expect(found(machine(), 'Vulkan loader')).toMatchObject({
      state: 'absent',
      remedy: expect.stringContaining('apt-get install libvulkan1'),
    });
    put('/usr/lib/x86_64-linux-gnu/libvulkan.so.1');
    expect(found(machine(), 'Vulkan loader').state).toBe('ok');
  });

  test('without a driver says where its manifest would be', () => {
    expect(found(machine(), 'Vulkan drivers')).toMatchObject({
      state: 'absent',
      detail: expect.stringContaining('/usr/share/vulkan/icd.d'),
    });
  });

  test('finds a manifest whose library is missing, one that is no JSON, and one that works', () => {
    put(ICD, manifest('libGLX_nvidia.so.0'));
    expect(found(machine(), 'Vulkan drivers')).toMatchObject({
      state: 'broken',
      detail: `${ICD}: libGLX_nvidia.so.0 is missing`,
    });
    put(ICD, '{');
    expect(found(machine(), 'Vulkan drivers').detail).toBe(`${ICD}: is no JSON`);
    put('/usr/share/vulkan/icd.d/other.json', manifest('./libother.so'));
    put('/usr/share/vulkan/icd.d/libother.so');
    expect(found(machine(), 'Vulkan drivers')).toEqual({
      name: 'Vulkan drivers',
      state: 'ok',
      detail: `/usr/share/vulkan/icd.d/other.json; not usable: ${ICD}: is no JSON`,
    });
  });

  test('a variable that names a file that is gone is what is to be mended', () => {
    const forced = machine({ env: { VK_ICD_FILENAMES: '/gone.json' } });
    expect(found(forced, 'Vulkan drivers')).toEqual({
      name: 'Vulkan drivers',
      state: 'broken',
      detail: '/gone.json: is missing',
      remedy: 'unset VK_ICD_FILENAMES, or name the manifest of a driver that is installed',
    });
  });
});

describe('CUDA', () => {
  test('without the provider names its file', () => {
    expect(found(machine(), 'cuda provider')).toMatchObject({
      state: 'absent',
      detail: 'libonnxruntime_providers_cuda.so is missing in /ort',
    });
  });

  test("the names of a library's own libraries are read from it", () => {
    put(PROVIDER, library('libcublasLt.so.13', 'libc.so.6'));
    expect(neededBy(machine(), PROVIDER)).toEqual(['libcublasLt.so.13', 'libc.so.6']);
    put(PROVIDER, 'no library');
    expect(neededBy(machine(), PROVIDER)).toBeUndefined();
    expect(found(machine(), 'cuda libraries').state).toBe('broken');
  });

  test('libraries that are missing, and those of another version, are named by file', () => {
    put(PROVIDER, library('libcublasLt.so.13', 'libcudart.so.13', 'libc.so.6'));
    put('/usr/lib64/libcudart.so.12');
    put('/usr/lib64/libcudnn.so.9.8.0');
    symlinkSync('libcudnn.so.9.8.0', join(root, '/usr/lib64/libcudnn.so.9'));
    const { state, detail } = found(machine(), 'cuda libraries');
    expect(state).toBe('broken');
    expect(detail).toBe(
      'libcublasLt.so.13 is missing, libcudart.so.13 is missing (/usr/lib64/libcudart.so.12 is another version); found: libcudnn.so.9 (9.8.0)',
    );
  });

  test('libraries in a folder that the loader does not search come with the line that adds it', () => {
    put(PROVIDER, library('libcudart.so.13'));
    put('/usr/lib/libcudnn.so.9');
    put('/usr/local/cuda-13.0/lib64/libcudart.so.13');
    expect(found(machine(), 'cuda libraries').remedy).toBe(
      'export LD_LIBRARY_PATH=/usr/local/cuda-13.0/lib64:$LD_LIBRARY_PATH',
    );
    const env = { LD_LIBRARY_PATH: '/usr/local/cuda-13.0/lib64' };
    // Beside the provider is such a folder, too.
    put('/ort/libcudart.so.13');
    expect(found(machine(), 'cuda libraries').remedy).toBe(
      'export LD_LIBRARY_PATH=/ort:$LD_LIBRARY_PATH',
    );
    expect(found(machine({ env }), 'cuda libraries').state).toBe('ok');
  });

  test('a driver older than the provider needs is broken, and so is a GPU without one', () => {
    put(PROVIDER, library('libcudart.so.13'));
    put('/proc/driver/nvidia/version', 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15');
    expect(found(machine(), 'NVIDIA driver')).toMatchObject({
      state: 'broken',
      detail: '550.54.15, older than CUDA 13 needs (580)',
    });
    const newer = machine({ read: () => undefined }, { 'nvidia-smi': '580.65.06\n' });
    expect(found(newer, 'NVIDIA driver')).toMatchObject({ state: 'ok', detail: '580.65.06' });
    rmSync(join(root, '/proc'), { recursive: true });
    put('/dev/nvidia0');
    expect(found(machine(), 'NVIDIA driver').state).toBe('broken');
  });
});

test('a file that cannot be read is no file, and no error', () => {
  put('/dev/nvidia0');
  chmodSync(join(root, '/dev/nvidia0'), 0);
  const here = machine();
  expect(here.bytes('/nowhere', 0, 4)).toBeUndefined();
  expect(here.list('/nowhere')).toEqual([]);
  // The superuser may open everything.
  expect(here.opens('/dev/nvidia0')).toBe(process.getuid?.() === 0);
});
