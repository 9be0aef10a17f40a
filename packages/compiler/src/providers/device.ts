import type { Tensor } from 'onnxruntime-node';
import type { Elements } from '../graph.ts';

/**
 * A tensor in the memory of the device that made it. Whoever got it disposes it, before the program that made
 * it: onnxruntime 1.30 reads freed memory where a tensor outlives its session.
 */
export type DeviceTensor = Tensor;

/** What a program reads and gives: elements, or where a provider can leave them there, a tensor on its device. */
export type Operand = Elements | DeviceTensor;

export function isOnDevice(operand: Operand): operand is DeviceTensor {
  return !ArrayBuffer.isView(operand);
}

/** What a program gave whose results all come back into memory. */
export function inMemory(operands: readonly Operand[]): Elements[] {
  return operands.map((operand) => {
    if (isOnDevice(operand)) throw new Error('a tensor is on the device where elements are needed');
    return operand;
  });
}

export function disposeOperand(operand: Operand | undefined): void {
  if (operand !== undefined && isOnDevice(operand)) operand.dispose();
}
