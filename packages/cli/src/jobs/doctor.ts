import { availableParallelism, totalmem } from 'node:os';
import { probeBackends } from '@raremask/backends';
import { probeCompiler } from '@raremask/compiler';
import { installedPlugins } from '@raremask/core/host';
import { columns } from '@raremask/report';
import type { Console } from '../console.ts';
import { EXIT } from '../failure.ts';

/** One thing that was looked at. */
interface Finding {
  readonly name: string;
  readonly state: 'ok' | 'absent' | 'broken';
  readonly detail: string;
  readonly remedy?: string;
}

/** Looks at Node, the machine, the backends and the plugins, and says what to mend. */
export async function doctor(version: string, console: Console): Promise<number> {
  const plugins = await installedPlugins(process.cwd());
  const broken = plugins.filter(({ error }) => error !== undefined);
  const findings: Finding[] = [
    { name: 'raremask', state: 'ok', detail: version },
    {
      name: 'node',
      state: 'ok',
      detail: `${process.version}, ${process.platform} ${process.arch}`,
    },
    {
      name: 'machine',
      state: 'ok',
      detail: `${availableParallelism()} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB of memory`,
    },
    ...(await probeBackends(process.cwd())),
    await probeCompiler(),
    {
      name: 'plugins',
      state: plugins.length === 0 ? 'absent' : broken.length > 0 ? 'broken' : 'ok',
      detail:
        plugins.length === 0
          ? 'none is installed in this folder'
          : `${plugins.length - broken.length} of ${plugins.length} load`,
      ...(plugins.length === 0 && { remedy: 'npm install @raremask/unet @raremask/loss-dice' }),
    },
    ...broken.map(
      ({ specifier, error }): Finding => ({
        name: specifier,
        state: 'broken',
        detail: error ?? '',
      }),
    ),
  ];
  if (console.json) console.result(findings);
  else {
    console.text(
      columns(
        ['', 'what', 'found'],
        findings.map(({ name, state, detail, remedy }) => [
          state,
          name,
          remedy === undefined ? detail : `${detail}. Do this: ${remedy}`,
        ]),
        { color: console.color, width: console.width },
      ),
    );
  }
  const works = findings.some(({ name, state }) => name.startsWith('wasm') && state === 'ok');
  return works && broken.length === 0 ? EXIT.ok : EXIT.environment;
}
