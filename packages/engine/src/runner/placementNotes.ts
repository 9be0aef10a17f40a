import { type Placement, saidOf } from '@raremask/compiler';
import type { OnEvent } from '@raremask/core';

/** Says of each program that a GPU runs what of it the processor computes instead, once. */
export class PlacementNotes {
  readonly #emit: OnEvent;
  readonly #told = new Set<unknown>();

  constructor(emit: OnEvent) {
    this.#emit = emit;
  }

  /** @param program what has run, and who ran what of it: undefined on the processor */
  after(what: string, program: { readonly placement: Placement | undefined }): void {
    const { placement } = program;
    if (placement === undefined || this.#told.has(program)) return;
    this.#told.add(program);
    const elsewhere = saidOf(placement);
    this.#emit({
      type: 'note',
      level: elsewhere === undefined ? 'info' : 'warn',
      text:
        elsewhere === undefined
          ? `${what}: all ${placement.own} operators run on the GPU`
          : `${what}: ${elsewhere}`,
    });
  }
}
