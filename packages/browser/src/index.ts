export type { PageConfig } from './config.ts';
export { type Runtime, runtimeFiles, writePage } from './writePage.ts';
