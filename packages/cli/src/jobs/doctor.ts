import { availableParallelism } from 'node:os';
import { type Finding, machineFindings, probeBackends, thisMachine } from '@raremask/backends';
import { loadRuntime, openGpu, probeCompiler, runtimeFiles } from '@raremask/compiler';
import { isRaremaskError } from '@raremask/core';
import { installedPlugins } from '@raremask/core/host';
import { columns } from '@raremask/report';
import { type Calibration, calibrate, keepCalibration } from '../backend/calibration.ts';
import { lackOf } from '../backend/gpu.ts';
import { advised, type Console } from '../console.ts';
import { EXIT } from '../failure.ts';

interface DoctorOptions {
  /** Whether a training step is timed on every backend. */
  readonly bench?: boolean;
  /** Whether what was timed is kept, for `auto`. */
  readonly calibrate?: boolean;
}

/** Looks at Node, the machine, the backends and the plugins, and says what to mend. */
export async function doctor(
  version: string,
  options: DoctorOptions,
  console: Console,
): Promise<number> {
  const folder = process.cwd();
  const plugins = await installedPlugins(folder);
  const broken = plugins.filter(({ error }) => error !== undefined);
  const findings: Finding[] = [
    { name: 'raremask', state: 'ok', detail: version },
    ...machineFindings(thisMachine(), folder, runtimeFiles()),
    ...(await probeBackends(folder)),
    await probeCompiler(),
    ...(await gpuFindings()),
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
  if (options.bench || options.calibrate) {
    console.note('info', 'Timing a training step on every backend: ten seconds or more');
    const timed = await calibrate(folder, availableParallelism());
    findings.push(...timings(timed));
    if (options.calibrate) findings.push(await kept(timed));
  }
  const said = findings.map(
    (one): Finding => (one.remedy === undefined ? one : { ...one, remedy: advised(one.remedy) }),
  );
  if (console.json) console.result(said);
  else {
    console.text(
      columns(
        ['', 'what', 'found'],
        said.map(({ name, state, detail, remedy }) => [
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

async function kept(timed: Calibration): Promise<Finding> {
  const name = 'calibration';
  try {
    const file = await keepCalibration(timed);
    const fastest = timed.ranking[0]?.backend ?? 'none';
    return { name, state: 'ok', detail: `auto takes ${fastest} from now on (${file})` };
  } catch (error) {
    if (!isRaremaskError(error)) throw error;
    const { where, what } = error.parts;
    const remedy = 'name a folder that can be written in XDG_CACHE_HOME';
    return { name, state: 'broken', detail: `it is not kept: ${where}: ${what}`, remedy };
  }
}

/** The GPU's providers of onnxruntime, tried. */
async function gpuFindings(): Promise<Finding[]> {
  const outcome = await loadRuntime();
  if (outcome.state !== 'ok') return [];
  return (['webgpu', 'cuda'] as const).map((name): Finding => {
    const gpu = openGpu(outcome.runtime, name);
    if (gpu.state !== 'ok') return { name, ...gpu, remedy: lackOf(name).remedy };
    const { adapter } = gpu;
    const slow = adapter.software ? ': a processor that plays GPU, right and slow' : '';
    const detail = [adapter.name, adapter.driver].filter(Boolean).join(', ');
    return { name, state: 'ok', detail: `${detail}${slow}` };
  });
}

function timings({ ranking, failed }: Calibration): Finding[] {
  const forms = (one: Calibration['ranking'][number]) =>
    one.forms ? ` (${one.forms.layout}${one.forms.minimal ? ', minimal filtering' : ''})` : '';
  return [
    ...ranking.map(
      (one): Finding => ({
        name: `time of ${one.backend}`,
        state: 'ok',
        detail: `${one.milliseconds.toFixed(1)} ms a training step of 4 x 64 x 64, ${one.device}${forms(one)}`,
      }),
    ),
    ...failed.map(
      ({ backend, detail }): Finding => ({
        name: `time of ${backend}`,
        state: 'absent',
        detail,
      }),
    ),
  ];
}
