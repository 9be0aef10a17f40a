// Entry of the WebAssembly module. It works in place in the memory of tfjs's wasm backend: every
// pointer is handed in, nothing is allocated, and there is no static data.

export { depthwiseFilterGradient, depthwiseInputGradient } from './depthwise';
export { filterGradient } from './filterGradient';
export { gatherWindows, interleaveTaps, rotateFilter, spreadRows } from './inputGradient';
export { segmentSum } from './segment';
