import type { Precision } from './precisions.ts';
import type { AddedScoreText } from './score.ts';

/** Scores of the validation split after an epoch; null where the split has no such images. */
export interface ValidationScores {
  /** Mean Dice over images with foreground. */
  readonly diceForeground: number | null;
  /** Share of images with foreground in which nothing was predicted. */
  readonly missed: number | null;
  /** Share of empty images with any predicted foreground. */
  readonly alarmShare: number | null;
  /** Mean number of predicted foreground pixels in an empty image. */
  readonly alarmPixels: number | null;
  readonly pooledDice: number | null;
  readonly balanced: number;
  /** Those that the manifest adds, by their names. */
  readonly [added: string]: number | null;
}

/** What happens in a run, in order. Epochs and steps are counted from 1. */
export type RunEvent =
  | {
      readonly type: 'start';
      readonly name: string;
      readonly folder: string;
      readonly backend: BackendFact;
      readonly epochs: number;
      /** Of the epoch that the run begins with: a sampler may give others another number. */
      readonly batchesPerEpoch: number;
      readonly batch: number;
      readonly counts: SplitCounts;
      readonly parameters: number;
      readonly classes: readonly string[];
      /** 1, or the epoch that a resumed run goes on with. */
      readonly startEpoch: number;
      /** What the scores are that the manifest adds; absent where it adds none. */
      readonly scores?: readonly AddedScoreText[];
    }
  | { readonly type: 'survey'; readonly done: number; readonly total: number }
  | {
      readonly type: 'step';
      readonly epoch: number;
      readonly step: number;
      readonly steps: number;
      readonly loss: number;
      readonly terms: Readonly<Record<string, number>>;
      readonly imagesPerSecond: number;
      readonly secondsLeft: number;
    }
  | {
      readonly type: 'validate';
      readonly epoch: number;
      readonly done: number;
      readonly total: number;
    }
  | {
      readonly type: 'epoch';
      readonly epoch: number;
      readonly epochs: number;
      readonly learningRate: number;
      readonly seconds: number;
      readonly imagesPerSecond: number;
      readonly loss: number;
      readonly terms: Readonly<Record<string, number>>;
      readonly gradientNorm: number;
      /** Seconds that steps waited for a batch, without the first of the epoch. */
      readonly waitSeconds: number;
      /** Windows that had foreground before augmentation. */
      readonly masks: number;
      /** Of those, windows that augmentation has left without any. */
      readonly emptied: number;
      /** Windows without foreground that a structure was copied into. */
      readonly pasted: number;
      readonly validation?: ValidationScores;
      readonly best: boolean;
      readonly secondsLeft: number;
    }
  | {
      /** What an epoch took of the machine. */
      readonly type: 'load';
      readonly epoch: number;
      /** Mean share of all cores that this process kept busy, from 0 to 1. */
      readonly cpu: number;
      readonly cores: number;
      /** Bytes that this process holds, and that are free on the machine. */
      readonly memory: number;
      readonly free: number;
      /** Of GPUs that can be asked, about the end of the epoch's steps; absent where there are none. */
      readonly gpus?: readonly GpuLoad[];
    }
  | { readonly type: 'note'; readonly level: 'info' | 'warn'; readonly text: string }
  | {
      /** The sentinel names what is wrong with a training while it runs; each problem once. */
      readonly type: 'finding';
      readonly epoch: number;
      /** Batches of that epoch that were done; absent where the whole epoch was. */
      readonly step?: number;
      readonly problem: string;
      /** The epoch with which it began. */
      readonly since: number;
      /** The batch of that epoch with which it began, where it was named within an epoch. */
      readonly sinceStep?: number;
      /** What was seen, without a full stop. */
      readonly text: string;
      /** What to change in this manifest, the most promising first. */
      readonly advice: readonly string[];
      /** What was done about it, where the manifest lets the sentinel act. */
      readonly done?: string;
    }
  | {
      readonly type: 'end';
      readonly folder: string;
      readonly bestEpoch: number;
      readonly seconds: number;
      readonly interrupted: boolean;
    };

/** What a GPU is doing, for all processes together; what it does not tell is absent. */
export interface GpuLoad {
  readonly name: string;
  /** Share of the time that it computed, from 0 to 1. */
  readonly busy?: number;
  /** Bytes that are taken, and that there are. */
  readonly memory?: number;
  readonly total?: number;
}

/** The tfjs backend that a run uses, as it is written into environment.json. */
export interface BackendFact {
  readonly name: string;
  /** Begins with the name: which backend, and why it was taken. */
  readonly reason: string;
  readonly notes: readonly string[];
  readonly versions?: Readonly<Record<string, string>>;
  /** In what products are computed; absent in files of earlier versions. */
  readonly precision?: Precision;
}

export interface SplitCounts {
  readonly train: number;
  readonly trainEmpty: number;
  readonly validation: number;
  readonly validationEmpty: number;
}

export type OnEvent = (event: RunEvent) => void;
