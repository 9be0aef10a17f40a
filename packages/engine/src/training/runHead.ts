import { relative } from 'node:path';
import type { BackendFact } from '@raremask/core';
import {
  type Environment,
  type RunFolder,
  writeAtomically,
  writeJson,
  writeSplits,
} from '@raremask/record';
import type { Work } from '../opening/openWork.ts';

interface Head {
  readonly backend: BackendFact;
  /** Version of the command that trains. */
  readonly version: string;
}

/** What a run folder says from the first moment: surroundings, splits, and the resolved manifest. */
export async function writeHead(folder: RunFolder, work: Work, head: Head): Promise<void> {
  const { loaded } = work;
  const environment: Environment = {
    raremask: head.version,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    backend: head.backend,
    seed: loaded.manifest.seed,
    workers: work.workers,
    plugins: Object.fromEntries(
      loaded.all.map(({ use, package: from }) => [use, from?.version ?? 'file']),
    ),
    manifestFolder: relative(folder.path, loaded.folder) || '.',
    startedAt: new Date().toISOString(),
    ...(work.facts.remark !== undefined && { remark: work.facts.remark }),
  };
  await writeJson(folder.environment, environment);
  await writeSplits(folder.splits, work.dealt);
  await writeAtomically(folder.manifest, loaded.toYaml());
}
