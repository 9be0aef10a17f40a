export type { LoadedPlugin } from '../host/loadedPlugin.ts';
export { checkedYaml } from './checkedYaml.ts';
export { describeOptions, type OptionDescription } from './describeOptions.ts';
export { secondsOf } from './duration.ts';
export { manifestJsonSchema } from './jsonSchema.ts';
export type { LoadedManifest, LoadedPlugins } from './loadedManifest.ts';
export { type LoadOptions, loadManifest } from './loadManifest.ts';
export { ManifestErrors } from './mistake.ts';
export { optionsTable, withOptionsTable } from './optionsTable.ts';
export { readmeFaults } from './readmeFaults.ts';
export { scoreName } from './scoreNames.ts';
export type {
  ListSource,
  LossWeight,
  Manifest,
  Split,
} from './shape.ts';
