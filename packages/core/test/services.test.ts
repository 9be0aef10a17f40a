import { describe, expect, test } from 'vitest';
import { createHost, type MakeablePlugin } from '../src/host/index.ts';
import {
  type Census,
  census,
  defineLoss,
  defineService,
  type Loss,
  type Needs,
  type ServicePlugin,
  type Services,
  token,
} from '../src/index.ts';
import { loadManifest } from '../src/manifest/index.ts';
import { DESIGN, usualProject } from './project.ts';

interface Clock {
  now(): number;
}
const clock = token<Clock>('test-clock');
const zone = token<string>('test-zone');
const COUNTED: Census = { images: 10, emptyImages: 5, pixels: 100, classes: [] };

function named(plugin: ServicePlugin, index = 0): MakeablePlugin<'service'> {
  return { kind: 'service', plugin, options: {}, place: `services[${index}]` };
}

/** A loss that hands over what it gets. */
function asking<N extends Needs>(needs: N, receive: (services: Services<N>) => void) {
  const plugin = defineLoss({
    name: 'asking',
    api: 1,
    needs,
    create: (_, services: Services<N>): Loss => {
      receive(services);
      return ({ logits }) => logits.sum();
    },
  });
  return { kind: 'loss', plugin, options: {}, place: 'loss[0]' } as MakeablePlugin<'loss'>;
}

const still = defineService({
  name: 'still',
  api: 1,
  provides: clock,
  create: () => ({ now: () => 7 }),
});

describe('a service that a plugin provides', () => {
  test('is made when it is first needed, once, and given to all who need it', async () => {
    let made = 0;
    const counted = defineService({
      name: 'counted',
      api: 1,
      provides: clock,
      create: () => ({ now: () => ++made }),
    });
    const run = createHost().run({ seed: 1, services: [named(counted)] });
    const got: Clock[] = [];
    await run.make(asking({ clock }, (services) => got.push(services.clock)));
    await run.make(asking({ clock }, (services) => got.push(services.clock)));
    expect(got[0]).toBe(got[1]);
    expect(made).toBe(0);
  });

  test("takes the place of the run's own, whenever that is offered, and may be made of it", async () => {
    const doubled = defineService({
      name: 'doubled',
      api: 1,
      provides: census,
      needs: { census },
      create: (_, services) => async () => {
        const counted = await services.census();
        return { ...counted, images: 2 * counted.images };
      },
    });
    const run = createHost().run({ seed: 1, services: [named(doubled)] });
    run.provide(census, () => async () => COUNTED);
    let images = 0;
    const loss = asking({ census }, async (services) => {
      images = (await services.census()).images;
    });
    await run.make(loss);
    await expect.poll(() => images).toBe(20);
  });

  test('that promises something else than its token says is named itself, not who asks', async () => {
    const wrong = defineService({
      name: 'wrong',
      api: 1,
      provides: census,
      create: () => (async () => ({ images: 3 })) as unknown as () => Promise<Census>,
    });
    const run = createHost().run({ seed: 1, services: [named(wrong)] });
    const plugin = defineLoss({
      name: 'asking',
      api: 1,
      needs: { census },
      create: async (_, services) => {
        await services.census();
        return ({ logits }) => logits.sum();
      },
    });
    const loss = { kind: 'loss', plugin, options: {}, place: 'loss[0]' } as MakeablePlugin<'loss'>;
    await expect(run.make(loss)).rejects.toThrow(
      'services[0] (wrong): create returns something else than its kind promises. Expected: the service census: a function that promises an object with images, emptyImages, pixels and classes. Got: an object with images.',
    );
  });

  test('may need other services', async () => {
    const zoned = defineService({
      name: 'zoned',
      api: 1,
      provides: zone,
      needs: { clock },
      create: (_, services) => `${services.clock.now()} o'clock`,
    });
    const run = createHost().run({ seed: 1, services: [named(zoned), named(still, 1)] });
    let got = '';
    await run.make(
      asking({ zone }, (services) => {
        got = services.zone;
      }),
    );
    expect(got).toBe("7 o'clock");
  });

  test('is given back after those who use it, once', async () => {
    const ended: string[] = [];
    const closing = defineService({
      name: 'closing',
      api: 1,
      provides: clock,
      create: () => ({ now: () => 0, dispose: () => ended.push('clock') }),
    });
    const host = createHost();
    const run = host.run({ seed: 1, services: [named(closing)] });
    const plugin = defineLoss({
      name: 'user',
      api: 1,
      needs: { clock },
      create: () =>
        Object.assign<Loss, object>(({ logits }) => logits.sum(), {
          dispose: () => ended.push('user'),
        }),
    });
    const user = { kind: 'loss', plugin, options: {}, place: 'loss[0]' } as MakeablePlugin<'loss'>;
    const made = await run.make(user);
    expect(typeof made).toBe('function');
    await host.dispose();
    expect(ended).toEqual(['user', 'clock']);
  });
});

describe('are refused', () => {
  test('two plugins that provide the same', () => {
    expect(() => createHost().run({ seed: 1, services: [named(still), named(still, 1)] })).toThrow(
      /services\[1\]: the service test-clock is provided by two plugins\. .* services\[0\] and services\[1\]/,
    );
  });

  test('services that need each other in a circle', () => {
    const one = defineService({
      name: 'one',
      api: 1,
      provides: clock,
      needs: { zone },
      create: () => ({ now: () => 1 }),
    });
    const two = defineService({
      name: 'two',
      api: 1,
      provides: zone,
      needs: { clock },
      create: () => 'here',
    });
    expect(() => createHost().run({ seed: 1, services: [named(one), named(two, 1)] })).toThrow(
      /test-clock needs test-zone needs test-clock/,
    );
  });
});

describe('a manifest', () => {
  const CLOCK = `import { defineService, token } from '@raremask/core';
export default defineService({ name: 'clock', api: 1, provides: token('test-clock'), create: () => ({ now: () => 7 }) });`;
  const load = async (services: string, files: Readonly<Record<string, string>>) => {
    const project = usualProject();
    for (const [path, text] of Object.entries(files)) project.write(path, text);
    return await loadManifest([project.write('raremask.yaml', `${DESIGN}services: ${services}\n`)]);
  };

  test('names services as it names other plugins', async () => {
    const { plugins } = await load('[{ use: ./clock.mjs }]', { 'clock.mjs': CLOCK });
    expect(plugins.services.map(({ place, plugin }) => [place, plugin.provides.name])).toEqual([
      ['services[0]', 'test-clock'],
    ]);
  });

  test('is refused where two provide the same, with their lines', async () => {
    const loading = load('[{ use: ./clock.mjs }, { use: ./other.mjs }]', {
      'clock.mjs': CLOCK,
      'other.mjs': CLOCK,
    });
    await expect(loading).rejects.toThrow(
      /raremask\.yaml:14:\d+: the service test-clock is provided by two/,
    );
  });

  test('is refused where a service does not say what it provides', async () => {
    const loading = load('[{ use: ./clock.mjs }]', {
      'clock.mjs': CLOCK.replace("provides: token('test-clock'),", ''),
    });
    await expect(loading).rejects.toThrow(/no usable provides\. Expected: a token/);
  });
});
