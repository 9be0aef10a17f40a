// What an open data set holds of each image, on the JavaScript heap, when nothing was counted.
// Usage: node --expose-gc bench/large/index.mjs FOLDER
import plugin from '@raremask/dataset-images';

const [, , folder] = process.argv;
const heap = () => {
  globalThis.gc();
  return process.memoryUsage().heapUsed;
};
const before = heap();
const started = performance.now();
const dataset = await plugin.create(
  plugin.options.parse({
    ...{ root: folder, images: 'images/*.png', masks: 'masks/{id}.png' },
    classes: { background: 0, structure: 255 },
    group: { file: 'groups.csv', id: 'id', column: 'group' },
  }),
  { folder: '.', log: { info() {}, warn: (text) => console.log(text) } },
);
const spent = (performance.now() - started) / 1000;
const each = (heap() - before) / dataset.ids.length;
console.log(
  `opened in ${spent.toFixed(1)} s: ${dataset.ids.length} images, ${each.toFixed(0)} bytes of the heap for each`,
);
