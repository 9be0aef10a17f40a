// Entry of the WebAssembly module. It works in place in the memory of tfjs's wasm backend: every
// pointer is handed in, nothing is allocated, and there is no static data.
export { copyRows } from './copy';
export { depthwiseFilterGradient, depthwiseInputGradient } from './depthwise';
export { filterGradient } from './filterGradient';
export {
  interleaveTaps,
  placeWindows,
  rotateFilter,
  spreadPixels,
  stackPlanes,
} from './inputGradient';
export { maxPool, maxPoolGradient } from './pool';
export { sumMiddle } from './reduce';
export { nearestGradient } from './resize';
export { segmentSum } from './segment';
export { winogradBlock, winogradFilterGradient, winogradForward, winogradPlanes } from './winograd';
