import { z } from 'zod';

export const probability = (often: number) =>
  z.number().min(0).max(1).default(often).describe('How often it happens to a window');

/** A factor, drawn between two others. */
export const factors = (from: number, to: number) => ({
  from: z.number().gt(0).lte(1).default(from).describe('Smallest factor'),
  to: z.number().min(1).lte(100).default(to).describe('Largest factor'),
});
