import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  attempt,
  buildTensorflow,
  installCuda,
  type RaremaskError,
  tensorflowRelease,
} from '../src/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'raremask-install-'));
  mkdirSync(join(folder, 'wheels'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A zip file of these entries, the longer ones deflated. */
function zip(files: Readonly<Record<string, string>>): Buffer {
  const [parts, list]: [Buffer[], Buffer[]] = [[], []];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const deflated = text.length > 20;
    const packed = deflated ? deflateRawSync(text) : Buffer.from(text);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(deflated ? 8 : 0, 10);
    central.writeUInt32LE(packed.length, 20);
    central.writeUInt32LE(text.length, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(at, 42);
    parts.push(local, Buffer.from(name), packed);
    list.push(central, Buffer.from(name));
    at += 30 + name.length + packed.length;
  }
  const directory = Buffer.concat(list);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  // Entries of this disk, and of all.
  for (const place of [8, 10]) end.writeUInt16LE(list.length / 2, place);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, directory, end]);
}

/** A wheel with a RECORD; `claimed` are files whose checksum in it is that of another text. */
function wheel(
  name: string,
  files: Readonly<Record<string, string>>,
  claimed: Readonly<Record<string, string>> = {},
): void {
  const sum = (text: string) => createHash('sha256').update(text).digest('base64url');
  const record = Object.entries(files)
    .map(([file, text]) => `${file},sha256=${sum(claimed[file] ?? text)},${text.length}`)
    .join('\n');
  const bytes = zip({ ...files, 'some-1.dist-info/RECORD': record });
  writeFileSync(join(folder, 'wheels', name), bytes);
}

const PROVIDER = {
  'onnxruntime/capi/libonnxruntime_providers_cuda.so': 'a provider '.repeat(20),
  'onnxruntime/capi/libonnxruntime_providers_shared.so': 'shared',
  'onnxruntime/capi/other.py': 'no library',
};
const OWN = 'onnxruntime_gpu-1.30.0-cp311-cp311-manylinux_2_28_x86_64.whl';
const CUBLAS = 'nvidia_cublas-13.0.0.1-py3-none-manylinux_2_27_x86_64.whl';

const runtime = () => ({ version: '1.30.0', folder: join(folder, 'ort') });
const install = () => installCuda(runtime(), join(folder, 'wheels'));
const left = () =>
  existsSync(runtime().folder)
    ? readdirSync(runtime().folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
        /\./.test(name),
      )
    : [];

function refused(): RaremaskError {
  try {
    install();
  } catch (error) {
    return error as RaremaskError;
  }
  throw new Error('it was installed');
}

test('the provider comes beside onnxruntime, its libraries into a folder there, and nothing else', () => {
  wheel(OWN, PROVIDER);
  wheel(CUBLAS, {
    'nvidia/cu13/lib/libcublas.so.13': 'cublas',
    'nvidia/cu13/include/cublas.h': 'h',
  });
  install();
  expect(left().toSorted()).toEqual([
    'cuda/libcublas.so.13',
    'libonnxruntime_providers_cuda.so',
    'libonnxruntime_providers_shared.so',
  ]);
  const text = readFileSync(join(runtime().folder, 'libonnxruntime_providers_cuda.so'), 'utf8');
  expect(text).toBe('a provider '.repeat(20));
  // Once more is the same.
  expect(install()).toHaveLength(3);
});

test('a wheel of another version is not taken', () => {
  wheel(OWN.replace('1.30.0', '1.31.0'), PROVIDER);
  const { code, message } = refused();
  expect(code).toBe('RAREMASK_WHEEL_MISSING');
  expect(message).toContain('onnxruntime_gpu-1.30.0-*.whl');
  expect(message).toContain('onnxruntime-gpu[cuda,cudnn]==1.30.0');
});

test('a file that is not what its checksum says is refused, and what was unpacked before is gone', () => {
  wheel(OWN, PROVIDER);
  const file = 'nvidia/cu13/lib/libcublas.so.13';
  wheel(CUBLAS, { [file]: 'cublas' }, { [file]: 'another' });
  const { code, message } = refused();
  expect(code).toBe('RAREMASK_WHEEL_DAMAGED');
  expect(message).toContain(file);
  expect(left()).toEqual([]);
});

test('half a wheel is refused', () => {
  wheel(OWN, PROVIDER);
  const path = join(folder, 'wheels', OWN);
  writeFileSync(path, readFileSync(path).subarray(0, 200));
  expect(refused().code).toBe('RAREMASK_WHEEL_DAMAGED');
  expect(left()).toEqual([]);
});

test('a name that is taken by a folder stops it, and nothing is left', () => {
  wheel(OWN, PROVIDER);
  mkdirSync(join(runtime().folder, 'libonnxruntime_providers_shared.so'), { recursive: true });
  expect(() => install()).toThrow();
  expect(existsSync(join(runtime().folder, 'libonnxruntime_providers_cuda.so'))).toBe(false);
});

test('a TensorFlow wheel of the right name and other bytes is refused, before anything is unpacked', () => {
  const release = tensorflowRelease('tensorflow', { platform: 'linux', arch: 'x64' })!;
  const home = join(folder, 'tfjs-node');
  const built = () => buildTensorflow(home, release, join(folder, 'wheels'));
  expect(built).toThrow(release.wheel);
  wheel(release.wheel, { 'tensorflow/libtensorflow_cc.so.2': 'another TensorFlow' });
  expect(built).toThrow(/its SHA-256 is [0-9a-f]{64}/);
  expect(existsSync(home)).toBe(false);
});

test('a wheel is named for Linux on x64 alone', () => {
  expect(tensorflowRelease('tensorflow', { platform: 'darwin', arch: 'arm64' })).toBeUndefined();
  const gpu = tensorflowRelease('tensorflow-gpu', { platform: 'linux', arch: 'x64' })!;
  expect(gpu.requirements).toContain('nvidia-cudnn-cu12==9.3.0.75');
});

test('an install that is undone leaves what was before, also after a process that was killed', () => {
  const home = join(folder, 'package');
  const put = (name: string, text: string) => {
    mkdirSync(join(home, name, '..'), { recursive: true });
    writeFileSync(join(home, name), text);
  };
  const text = (name: string) => readFileSync(join(home, name), 'utf8');
  put('package.json', 'as it was');
  put('deps/lib/old.so', 'old');
  const half = () => {
    put('package.json', 'changed');
    put('deps/lib/new.so', 'half');
    put('lib/napi-v8/tfjs_binding.node', 'half');
  };
  const asBefore = () => {
    expect(readdirSync(home).toSorted()).toEqual(['deps', 'package.json']);
    expect(readdirSync(join(home, 'deps/lib'))).toEqual(['old.so']);
    expect(text('package.json')).toBe('as it was');
  };
  const first = attempt(home);
  half();
  first.undo();
  asBefore();
  // Killed: neither undone nor kept. The next one begins with what was before, and is kept.
  attempt(home);
  half();
  const next = attempt(home);
  expect(existsSync(join(home, 'deps'))).toBe(false);
  put('deps/lib/new.so', 'whole');
  next.keep();
  expect(readdirSync(home).toSorted()).toEqual(['deps', 'package.json']);
  expect(text('deps/lib/new.so')).toBe('whole');
});
