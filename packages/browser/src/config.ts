import type { Facts } from '@raremask/core';
import type { DecisionRule, Normalization, Resolution } from '@raremask/engine/browser';

/** What the page knows of a model, beside its ONNX file. */
export interface PageConfig {
  readonly name: string;
  readonly facts: Facts;
  readonly normalization: Normalization;
  /** Extents of what goes through the network are multiples of these. */
  readonly multipleOf: readonly number[];
  readonly resolution?: Resolution;
  readonly rule: DecisionRule;
  readonly mirror: boolean;
  /** As `evaluate.window` of the manifest. */
  readonly window: 'auto' | 'whole' | readonly number[];
  /** The only extents that the ONNX file takes; left out, it takes any. */
  readonly size?: readonly number[];
  /** Whether pictures are turned as their files say. */
  readonly upright: boolean;
  /** How volumes are seen, as `data.with` of the manifest says it; left out, the model takes pictures. */
  readonly volumes?: {
    readonly view: 'axial' | 'coronal' | 'sagittal' | 'volume';
    readonly neighbours: number;
    /** How the files of a case are called; left out, every file is a case. */
    readonly files?: readonly string[] | 'numbered';
    readonly spacing?: number | [number | null, number | null, number | null] | undefined;
  };
  /** What was scored, in a sentence. */
  readonly scores?: string;
}
