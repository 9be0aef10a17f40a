export type { PageConfig } from './config.ts';
export { type Runtime, runtimeFiles, viewerFile, writePage } from './writePage.ts';
