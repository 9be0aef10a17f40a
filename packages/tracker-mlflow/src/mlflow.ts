import { basename, join } from 'node:path';
import type { Log, RunEvent, RunOutcome, TrackedRun, Tracker } from '@raremask/core';
import { accessOf, urlOf } from './access.ts';
import { artifactPath, sendArtifacts } from './artifacts.ts';
import { runLost } from './errors.ts';
import { type Metric, MetricQueue } from './metricQueue.ts';
import type { MlflowOptions } from './options.ts';
import { isSameRun, type KeptRun, keepRun, RUN_FILE, readRuns } from './runFile.ts';
import { MlflowServer, PATIENCE, type Patience } from './server.ts';
import { allowedName, MOST_SETTINGS, type Parameter, parametersOf } from './settings.ts';

export interface MlflowServices {
  readonly log: Log;
  /** Variables by name, for the server's address and for what lets us in. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly patience?: Patience;
}

/** Sends a run to an MLflow server. The step of a value is the number of all steps until then. */
export function createMlflow(options: MlflowOptions, services: MlflowServices): Tracker {
  const access = accessOf(options.trackingUri, services.environment);
  const server = new MlflowServer(access, services.patience ?? PATIENCE);
  const sending = new MlflowRun(options, services, server);
  return {
    start: (run) => sending.start(run),
    event: (event) => sending.event(event),
    end: (outcome) => sending.end(outcome),
    endSeconds: options.artifacts ? options.uploadSeconds : undefined,
  };
}

/** What the server says of a run, as far as it is read. */
interface Answer {
  readonly run: {
    readonly info: { readonly run_id: string; readonly artifact_uri: string };
    readonly data?: { readonly params?: readonly Parameter[] };
  };
}

const STATUS = { finished: 'FINISHED', interrupted: 'KILLED', failed: 'FAILED' } as const;

class MlflowRun {
  readonly #options: MlflowOptions;
  readonly #services: MlflowServices;
  readonly #server: MlflowServer;
  #open:
    | {
        readonly id: string;
        readonly folder: string;
        readonly artifactUri: string;
        readonly metrics: MetricQueue;
      }
    | undefined;
  #step = 0;

  constructor(options: MlflowOptions, services: MlflowServices, server: MlflowServer) {
    this.#options = options;
    this.#services = services;
    this.#server = server;
  }

  get #where(): Omit<KeptRun, 'runId'> {
    return { trackingUri: this.#server.address, experiment: this.#options.experiment };
  }

  async start(run: TrackedRun): Promise<void> {
    const now = this.#services.now();
    const { run: found } = (await this.#resumed(run)) ?? (await this.#created(run, now));
    const { run_id: id, artifact_uri: artifactUri } = found.info;
    keepRun(run.folder, { ...this.#where, runId: id });
    this.#step = run.startStep;
    this.#open = {
      id,
      folder: run.folder,
      artifactUri,
      metrics: new MetricQueue(this.#server, id, now),
    };
    await this.#sendSettings(run, found.data?.params ?? []);
    if (this.#options.artifacts && artifactPath(artifactUri) === undefined) {
      this.#services.log.warn(
        `the run folder will not be sent: the server leaves files to its clients (${schemeOf(artifactUri)}); start it with --serve-artifacts, or set artifacts: false`,
      );
    }
    this.#services.log.info(`the run is ${id} at ${this.#server.address}`);
  }

  async event(event: RunEvent): Promise<void> {
    if (this.#open === undefined) return;
    const { id, metrics } = this.#open;
    if (event.type === 'start') {
      const tags = {
        'raremask.backend': event.backend.reason,
        'raremask.classes': event.classes.join(', '),
        'raremask.parameters': String(event.parameters),
      };
      await this.#server.post('runs/log-batch', { run_id: id, tags: entriesOf(tags) });
    } else if (event.type === 'step') {
      this.#step++;
      const { loss, imagesPerSecond } = event;
      this.#add({ step: { loss, ...termsOf(event.terms), imagesPerSecond } });
    } else if (event.type === 'epoch') {
      const { validation } = event;
      this.#add({
        epoch: {
          number: event.epoch,
          loss: event.loss,
          ...termsOf(event.terms),
          learningRate: event.learningRate,
          gradientNorm: event.gradientNorm,
          imagesPerSecond: event.imagesPerSecond,
          waitSeconds: event.waitSeconds,
        },
        validation: { ...validation },
        best: event.best ? { epoch: event.epoch, ...validation } : {},
      });
      await metrics.flush(this.#services.now());
    }
  }

  async end(outcome: RunOutcome): Promise<void> {
    if (this.#open === undefined) return;
    const { id, folder, artifactUri, metrics } = this.#open;
    await metrics.flush(this.#services.now());
    await this.#server.post('runs/update', {
      run_id: id,
      status: STATUS[outcome],
      end_time: this.#services.now(),
    });
    const path = artifactPath(artifactUri);
    // An interrupted run is to be resumed, and sends its folder then.
    if (!this.#options.artifacts || path === undefined || outcome === 'interrupted') return;
    const files = await sendArtifacts(this.#server, path, folder);
    this.#services.log.info(`${files} files of the run folder are sent`);
  }

  /** The server's run that this one began with, running again. */
  async #resumed({ folder }: TrackedRun): Promise<Answer | undefined> {
    const runs = readRuns(folder);
    const kept = runs.find((run) => isSameRun(run, this.#where));
    if (kept === undefined) {
      if (runs.length > 0) this.#services.log.info(elsewhere(runs, this.#where));
      return undefined;
    }
    const answer = await this.#server.find<Answer>('runs/get', { run_id: kept.runId });
    if (answer === undefined) {
      throw runLost(join(folder, RUN_FILE), kept.runId, this.#server.address);
    }
    await this.#server.post('runs/update', { run_id: kept.runId, status: 'RUNNING' });
    return answer;
  }

  async #created({ folder }: TrackedRun, now: number): Promise<Answer> {
    return this.#server.post<Answer>('runs/create', {
      experiment_id: await this.#experiment(),
      run_name: basename(folder),
      start_time: now,
      tags: entriesOf({ 'mlflow.source.name': 'raremask', ...this.#options.tags }),
    });
  }

  async #experiment(): Promise<string> {
    const { experiment: name } = this.#options;
    const found = await this.#server.find<{ experiment: { experiment_id: string } }>(
      'experiments/get-by-name',
      { experiment_name: name },
    );
    if (found) return found.experiment.experiment_id;
    const made = await this.#server.post<{ experiment_id: string }>('experiments/create', { name });
    return made.experiment_id;
  }

  /** Those that the server has already stay as they are: MLflow's parameters never change. */
  async #sendSettings(run: TrackedRun, present: readonly Parameter[]): Promise<void> {
    const { all, cut } = parametersOf(run.manifest);
    const before = new Map(present.map(({ key, value }) => [key, value]));
    const added = all.filter(({ key }) => !before.has(key));
    for (let from = 0; from < added.length; from += MOST_SETTINGS) {
      const params = added.slice(from, from + MOST_SETTINGS);
      await this.#server.post('runs/log-batch', { run_id: this.#open!.id, params });
    }
    const changed = all
      .filter(({ key, value }) => before.has(key) && before.get(key) !== value)
      .map(({ key }) => key);
    const { log } = this.#services;
    if (cut.length > 0) log.warn(`too long for MLflow, and cut: ${cut.join(', ')}`);
    if (changed.length > 0) {
      log.warn(`MLflow keeps the values that the run began with of: ${changed.join(', ')}`);
    }
  }

  /** Values by group and name; scores of what a split does not have are null, and left out. */
  #add(groups: Readonly<Record<string, object>>): void {
    const timestamp = this.#services.now();
    const metrics: Metric[] = Object.entries(groups).flatMap(([group, values]) =>
      Object.entries(values)
        .filter((entry): entry is [string, number] => Number.isFinite(entry[1]))
        .map(([name, value]) => ({
          key: allowedName(`${group}/${name}`),
          value,
          timestamp,
          step: this.#step,
        })),
    );
    this.#open!.metrics.add(metrics, timestamp);
  }
}

function termsOf(terms: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(terms).map(([name, value]) => [`terms/${name}`, value]));
}

function entriesOf(map: Readonly<Record<string, string>>): { key: string; value: string }[] {
  return Object.entries(map).map(([key, value]) => ({ key, value }));
}

function elsewhere(runs: readonly KeptRun[], here: Omit<KeptRun, 'runId'>): string {
  const others = runs.map(({ trackingUri, experiment }) => `${experiment} at ${trackingUri}`);
  return `another run is begun in ${here.experiment} at ${here.trackingUri}; this folder is also that of a run in ${others.join(', ')}`;
}

function schemeOf(artifactUri: string): string {
  return urlOf(artifactUri)?.protocol ?? 'a folder';
}
