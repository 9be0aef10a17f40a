import { join } from 'node:path';
import { readJson, writeJson } from '@raremask/record';
import { slurmRecordDamaged } from './errors.ts';

/** One job array that was handed to Slurm, or was about to be. */
export interface Submission {
  /** Of the job, and of no other: by it the job is found where its number was not written down any more. */
  readonly name: string;
  /** Number of the job; null until sbatch has said it. */
  readonly job: string | null;
  /** What task k of the array does. */
  readonly tasks: readonly string[];
  /** Whether it was told that its tasks have not found this folder. */
  readonly toldNotShared?: boolean;
}

/** What of a folder Slurm has. */
export class Submissions {
  /** Of a sweep, or of predictions. */
  readonly path: string;
  /** Scripts, and what tasks write. */
  readonly folder: string;
  readonly #record: string;

  constructor(path: string) {
    this.path = path;
    this.#record = join(path, 'slurm.json');
    this.folder = join(path, 'slurm');
  }

  /** In the order in which they were submitted. */
  async read(): Promise<readonly Submission[]> {
    const found = await readJson<{ format?: number; submissions?: Submission[] } | null>(
      this.#record,
    );
    if (found === undefined) return [];
    if (found?.format !== 1 || !Array.isArray(found.submissions)) {
      throw slurmRecordDamaged(this.#record);
    }
    return found.submissions;
  }

  async write(submissions: readonly Submission[]): Promise<void> {
    await writeJson(this.#record, { format: 1, submissions });
  }

  /** What a task has written beside the log of its work. */
  output(job: string, index: number): string {
    return join(this.folder, `${job}_${index}.log`);
  }

  /** The same for all tasks, as sbatch reads it. */
  get outputPattern(): string {
    return join(this.folder.replaceAll('%', '%%'), '%A_%a.log');
  }
}
