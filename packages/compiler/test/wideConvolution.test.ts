import { expect, it } from 'vitest';
import { graphOf, lower } from '../src/index.ts';
import { cpuProvider } from '../src/providers/provider.ts';
import { wideConvolutionCases } from './cases/convolution.ts';
import { compiledEqualsEager, runtimeOrLine } from './comparison.ts';

await compiledEqualsEager('convolutions of many channels', wideConvolutionCases);

async function operatorsOf(name: RegExp, block: number | undefined): Promise<string[]> {
  const found = wideConvolutionCases.find((one) => name.test(one.name))!;
  const { graph } = await graphOf(found.inputs, (tensors) => {
    const made = found.run(...tensors);
    return Array.isArray(made) ? made : [made];
  });
  const provider = cpuProvider(block);
  return lower(graph, { name: 'one', provider }).model.nodes.map(({ operator }) => operator);
}

it('filters 3x3 minimally, by products of all frequencies, where channels are many', async () => {
  for (const name of [/\[1,7,12,33\]/, /\[2,8,9,32\]/, /\[1,9,3,64\]/, /\[3,6,5,36\]/]) {
    const operators = await operatorsOf(name, 16);
    expect(operators).toContain('ConvTranspose');
    expect(operators).toContain('MatMul');
  }
});

it('convolves 16 channels in blocks where the runtime has them, and plainly where not', async () => {
  expect(await operatorsOf(/\[1,7,12,16\].*1, same$/, 16)).toContain('com.microsoft.nchwc.Conv');
  expect(await operatorsOf(/\[1,7,12,16\].*1, same$/, undefined)).toContain('Conv');
});

const runtime = await runtimeOrLine();

it.skipIf(!runtime)('a block of the runtime has 8 or 16 channels where it has any', () => {
  expect([undefined, 8, 16]).toContain(runtime!.provider.forms.block);
});
