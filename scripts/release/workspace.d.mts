import type { Published } from './surface/sizes.mjs';

export function publishedPackages(from?: string): readonly Published[];
