import { expect, test } from 'vitest';
import * as host from '../src/host/index.ts';
import * as root from '../src/index.ts';
import * as loss from '../src/loss/index.ts';
import * as manifest from '../src/manifest/index.ts';

test('these names are exported', () => {
  expect({
    '.': Object.keys(root).sort(),
    './host': Object.keys(host).sort(),
    './loss': Object.keys(loss).sort(),
    './manifest': Object.keys(manifest).sort(),
  }).toMatchInlineSnapshot(`
    {
      ".": [
        "API",
        "BACKENDS",
        "CHOOSING_SCORES",
        "EPOCH_SCORES",
        "IGNORE",
        "KINDS",
        "RaremaskError",
        "batchSize",
        "census",
        "defineAugmentation",
        "defineDataset",
        "defineLoss",
        "defineModel",
        "defineOptimizer",
        "defineSampler",
        "defineSchedule",
        "defineScore",
        "defineService",
        "defineTracker",
        "facts",
        "firstForeground",
        "flatSettings",
        "folder",
        "isOutOfMemory",
        "isRaremaskError",
        "log",
        "rng",
        "standardServices",
        "staysInside",
        "survey",
        "token",
      ],
      "./host": [
        "aboutPlugin",
        "createHost",
        "createRandom",
        "declaredPlugins",
        "installedFromNames",
        "installedPlugins",
        "loadAnyPlugin",
        "loadPlugin",
        "loadPluginFromUrl",
        "pluginInfo",
        "provision",
        "readPackageFile",
        "stackPlace",
      ],
      "./loss": [
        "completeGradients",
        "constant",
        "gradientGap",
        "learntFrom",
        "lossInput",
        "nearest",
        "numbersByClass",
        "poolSum",
        "tapeLength",
        "weightsByClass",
        "withJoinedPools",
      ],
      "./manifest": [
        "ManifestErrors",
        "checkedYaml",
        "describeOptions",
        "loadManifest",
        "manifestJsonSchema",
        "optionsTable",
        "scoreName",
        "secondsOf",
        "withOptionsTable",
      ],
    }
  `);
});
