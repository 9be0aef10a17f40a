import type { Published } from './sizes.mjs';

export function renderSurface(package_: Published): Promise<string>;
