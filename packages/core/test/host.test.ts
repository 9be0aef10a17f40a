import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHost, failedDisposals, type MakeablePlugin, provision } from '../src/host/index.ts';
import {
  batchSize,
  type Dataset,
  type DatasetFacts,
  defineDataset,
  defineLoss,
  defineModel,
  defineSampler,
  defineService,
  type Facts,
  facts,
  folder,
  type Log,
  log,
  type Needs,
  type PluginByKind,
  type PluginKind,
  type RandomStream,
  RaremaskError,
  rng,
  type Services,
  token,
} from '../src/index.ts';

const FACTS: Facts = {
  space: 2,
  channels: 1,
  classes: [
    { name: 'background', value: 0 },
    { name: 'nodule', value: 255 },
  ],
  overlapping: false,
};

let tensorsBefore = 0;
beforeAll(() => {
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => {
  expect(tf.memory().numTensors).toBe(tensorsBefore);
});

function at<K extends PluginKind>(
  place: string,
  plugin: PluginByKind[K],
  options: unknown = {},
): MakeablePlugin<K> {
  return { kind: plugin.kind as K, plugin, options, place };
}

/** A loss that hands over the services it gets. */
function asking<N extends Needs>(needs: N, receive: (services: Services<N>) => void) {
  return defineLoss({
    name: 'asking',
    api: 1,
    needs,
    create: (_, services: Services<N>) => {
      receive(services);
      return (input) => tf.sum(input.logits) as tf.Scalar;
    },
  });
}

const sampler = (receive: (stream: RandomStream) => void) =>
  defineSampler({
    name: 'uniform',
    api: 1,
    needs: { rng },
    create: (_, services) => {
      receive(services.rng);
      return { batches: () => [] };
    },
  });

const dataset = (opened: Partial<Dataset> & { readonly facts?: DatasetFacts }): Dataset => ({
  facts: FACTS,
  ids: [],
  group: () => undefined,
  read: () => Promise.reject(new Error('empty')),
  ...opened,
});

describe('random streams', () => {
  test("a further loss does not shift the sampler's draws", async () => {
    const drawn = async (losses: number) => {
      const run = createHost().run({ seed: 3 });
      for (let index = 0; index < losses; index++) {
        const draw = asking({ rng }, (services) => services.rng.next());
        await run.make(at(`loss[${index}]`, draw));
      }
      let numbers: number[] = [];
      const take = sampler((stream) => {
        numbers = [stream.next(), stream.next()];
      });
      await run.make(at('sampler', take));
      return numbers;
    };
    expect(await drawn(2)).toEqual(await drawn(0));
  });

  test('two places have different streams, two runs of a seed the same ones', async () => {
    const first = async (seed: number, place: string) => {
      let number = Number.NaN;
      const draw = asking({ rng }, (services) => {
        number = services.rng.next();
      });
      await createHost().run({ seed }).make(at(place, draw));
      return number;
    };
    expect(await first(1, 'loss[0]')).toBe(await first(1, 'loss[0]'));
    expect(await first(1, 'loss[0]')).not.toBe(await first(1, 'loss[1]'));
    expect(await first(1, 'loss[0]')).not.toBe(await first(2, 'loss[0]'));
  });

  test("the run's own streams are named, and apart from those of plugins", async () => {
    const run = createHost().run({ seed: 1 });
    let ofPlugin = Number.NaN;
    await run.make(
      at(
        'sampler',
        sampler((stream) => {
          ofPlugin = stream.next();
        }),
      ),
    );
    expect(run.random('sampler').next()).toBe(run.random('sampler').next());
    expect(run.random('sampler').next()).not.toBe(ofPlugin);
  });
});

describe('services', () => {
  test('a log writes under the name of its plugin', async () => {
    const lines: string[] = [];
    const sink: Log = { info: (line) => lines.push(line), warn: (line) => lines.push(`! ${line}`) };
    const run = createHost().run({ seed: 0, log: sink });
    const speak = asking({ log }, (services) => {
      services.log.info('ready');
      services.log.warn('small');
    });
    await run.make(at('loss[0]', speak));
    expect(lines).toEqual(['asking: ready', '! asking: small']);
  });

  test('is made only when a plugin asks', async () => {
    let made = 0;
    const run = createHost().run({ seed: 0 });
    run.provide(facts, () => {
      made++;
      return FACTS;
    });
    await run.make(
      at(
        'loss[0]',
        asking({}, () => {}),
      ),
    );
    expect(made).toBe(0);
    await run.make(
      at(
        'loss[1]',
        asking({ facts }, () => {}),
      ),
    );
    expect(made).toBe(1);
  });

  test('is made once, also when several plugins ask at the same time', async () => {
    let made = 0;
    const run = createHost().run({ seed: 0 });
    run.provide(facts, async () => {
      made++;
      await new Promise((done) => setImmediate(done));
      return { ...FACTS };
    });
    const received: Facts[] = [];
    const ask = asking({ facts }, (services) => received.push(services.facts));
    await Promise.all(['loss[0]', 'loss[1]', 'loss[2]'].map((place) => run.make(at(place, ask))));
    expect(made).toBe(1);
    expect(new Set(received).size).toBe(1);
  });

  test('that cannot be made says so to each plugin that asks, with the cause', async () => {
    const cause = new Error('the disk is gone');
    let made = 0;
    const run = createHost().run({ seed: 0 });
    run.provide(facts, () => {
      made++;
      throw cause;
    });
    const ask = asking({ facts }, () => {});
    for (const place of ['loss[0]', 'loss[1]']) {
      await expect(run.make(at(place, ask))).rejects.toMatchObject({
        code: 'RAREMASK_SERVICE_FAILED',
        message: `${place} (asking): the service facts cannot be made. Got: Error: the disk is gone.`,
        cause,
      });
    }
    expect(made).toBe(1);
  });

  test('that a user can mend keeps whose turn it is', async () => {
    const cause = new RaremaskError({
      code: 'RAREMASK_EXAMPLE',
      category: 'data',
      where: 'a.png',
      what: 'the mask is too small',
    });
    const run = createHost().run({ seed: 0 });
    run.provide(facts, () => Promise.reject(cause));
    await expect(
      run.make(
        at(
          'loss[0]',
          asking({ facts }, () => {}),
        ),
      ),
    ).rejects.toMatchObject({
      category: 'data',
      message: 'loss[0] (asking): the service facts cannot be made: a.png: the mask is too small.',
    });
  });

  test.each([undefined, null])(
    'of a plugin that gives %s is refused, with its place',
    async (given) => {
      const clock = token<unknown>('clock');
      const plugin = defineService({
        name: 'mine',
        api: 1,
        provides: clock,
        create: () => given,
      });
      const services = [{ kind: 'service', plugin, options: {}, place: 'services[0]' } as const];
      const run = createHost().run({ seed: 0, services });
      await expect(
        run.make(
          at(
            'loss[0]',
            asking({ clock }, () => {}),
          ),
        ),
      ).rejects.toThrow(
        'loss[0] (asking): the service clock cannot be made: services[0] (mine): create returns something else than its kind promises. Expected: the service clock. Got: nothing. Do this: mend the plugin',
      );
    },
  );

  test('of a plugin that throws is told once', async () => {
    const clock = token<unknown>('clock');
    const create = () => {
      throw new Error('no time', { cause: new Error('no clock') });
    };
    const plugin = defineService({ name: 'mine', api: 1, provides: clock, create });
    const services = [{ kind: 'service', plugin, options: {}, place: 'services[0]' } as const];
    const run = createHost().run({ seed: 0, services });
    await expect(
      run.make(
        at(
          'loss[0]',
          asking({ clock }, () => {}),
        ),
      ),
    ).rejects.toThrow(
      'loss[0] (asking): the service clock cannot be made: services[0] (mine): the plugin throws. Got: Error: no time, because of no clock. Do this: mend the plugin, or tell its author.',
    );
  });

  test('all missing ones are named before create runs', async () => {
    const wish = token<number>('wish');
    let created = false;
    const greedy = asking({ facts, wish, rng, batchSize }, () => {
      created = true;
    });
    const run = createHost().run({ seed: 0 });
    run.provide(folder, () => '/');
    await expect(run.make(at('loss[2]', greedy))).rejects.toThrow(
      'loss[2] (asking): the plugin needs what this run does not offer: facts, wish, batchSize. Expected: folder, log, rng.',
    );
    expect(created).toBe(false);
  });

  test('of the process are shared by its runs, services of a run are not', async () => {
    let made = 0;
    const counter = token<number>('counter');
    const host = createHost({ provide: [provision(counter, () => ++made)] });
    const seen: number[] = [];
    const ask = asking({ counter }, (services) => seen.push(services.counter));
    for (let index = 0; index < 2; index++) await host.run({ seed: 0 }).make(at('loss[0]', ask));
    expect(seen).toEqual([1, 1]);

    const first = host.run({ seed: 0, provide: [provision(facts, () => FACTS)] });
    await first.make(
      at(
        'loss[0]',
        asking({ facts }, () => {}),
      ),
    );
    await expect(
      host.run({ seed: 0 }).make(
        at(
          'loss[0]',
          asking({ facts }, () => {}),
        ),
      ),
    ).rejects.toMatchObject({ code: 'RAREMASK_SERVICE_MISSING' });
  });

  test('provided twice is an error, unless it replaces', async () => {
    const run = createHost().run({ seed: 0 });
    run.provide(batchSize, () => 4);
    expect(() => run.provide(batchSize, () => 8)).toThrow(
      'host: the service batchSize is provided twice',
    );
    run.provide(batchSize, () => 8, { replace: true });
    let size = 0;
    await run.make(
      at(
        'loss[0]',
        asking({ batchSize }, (services) => {
          size = services.batchSize;
        }),
      ),
    );
    expect(size).toBe(8);
    expect(() => run.provide(batchSize, () => 16, { replace: true })).toThrow(
      expect.objectContaining({ code: 'RAREMASK_SERVICE_IN_USE' }),
    );
  });

  test('even a random stream is replaceable', async () => {
    const fixed = { ...createHost().run({ seed: 0 }).random('x'), next: () => 0.25 };
    const run = createHost().run({ seed: 0, provide: [provision(rng, () => fixed)] });
    let number = 0;
    await run.make(
      at(
        'sampler',
        sampler((stream) => {
          number = stream.next();
        }),
      ),
    );
    expect(number).toBe(0.25);
  });

  test('a view is made for each plugin, by its position', async () => {
    const place = token<string>('place');
    const run = createHost().run({ seed: 0 });
    run.provideView(place, (position) => `${position.name} at ${position.place}`);
    const seen: string[] = [];
    const ask = asking({ place }, (services) => seen.push(services.place));
    await run.make(at('loss[0]', ask));
    await run.make(at('loss[1]', ask));
    expect(seen).toEqual(['asking at loss[0]', 'asking at loss[1]']);
  });
});

describe('make', () => {
  test('hands the options over and returns what create returns', async () => {
    const loss = defineLoss({
      name: 'constant',
      api: 1,
      create: (options) => () => tf.scalar((options as { value: number }).value),
    });
    const made = await createHost()
      .run({ seed: 0 })
      .make(at<'loss'>('loss[0]', loss, { value: 3 }));
    const value = tf.tidy(() => made({} as never).dataSync()[0]);
    expect(value).toBe(3);
  });

  test("re-throws a plugin's exception with its name, its place and the cause", async () => {
    const cause = new TypeError('filters is not a function');
    const model = defineModel({
      name: 'unet',
      api: 1,
      create: () => {
        throw cause;
      },
    });
    await expect(createHost().run({ seed: 0 }).make(at('model', model))).rejects.toMatchObject({
      code: 'RAREMASK_PLUGIN_FAILED',
      category: 'plugin',
      message:
        'model (unet): the plugin throws. Got: TypeError: filters is not a function. Do this: mend the plugin, or tell its author.',
      cause,
    });
  });

  test("lets a plugin's own error for the user pass as it is", async () => {
    const own = new RaremaskError({
      code: 'RAREMASK_EXAMPLE',
      category: 'data',
      where: 'masks/a.png',
      what: 'the file is truncated',
    });
    const data = defineDataset({ name: 'x', api: 1, create: () => Promise.reject(own) });
    await expect(createHost().run({ seed: 0 }).make(at('data', data))).rejects.toBe(own);
  });

  test.each([
    ['loss', defineLoss({ name: 'x', api: 1, create: () => 3 as never }), 'a number'],
    ['sampler', defineSampler({ name: 'x', api: 1, create: () => undefined as never }), 'nothing'],
    [
      'model',
      defineModel({ name: 'x', api: 1, create: () => ({ weights: [], buffers: [] }) as never }),
      'an object without multipleOf, forward',
    ],
    ['data', defineDataset({ name: 'x', api: 1, create: () => (() => {}) as never }), 'a function'],
  ] as const)('refuses what a %s cannot be', async (place, plugin, got) => {
    const loaded = at(place, plugin as PluginByKind[PluginKind]);
    await expect(createHost().run({ seed: 0 }).make(loaded)).rejects.toMatchObject({
      code: 'RAREMASK_PLUGIN_PRODUCT',
      parts: { got },
    });
  });

  test('after dispose is refused', async () => {
    const run = createHost().run({ seed: 0 });
    await run.dispose();
    await expect(
      run.make(
        at(
          'loss[0]',
          asking({}, () => {}),
        ),
      ),
    ).rejects.toMatchObject({
      code: 'RAREMASK_SCOPE_CLOSED',
    });
  });
});

describe('openImages', () => {
  const plugin = (channels: number) =>
    defineDataset({
      name: 'images',
      api: 1,
      needs: { facts },
      create: () => dataset({}),
      openImages: (path, _, services) =>
        dataset({ ids: [path], facts: { ...services.facts, channels } }),
    });

  test('opens what has no truth, with the services of the plugin', async () => {
    const run = createHost().run({ seed: 0, provide: [provision(facts, () => FACTS)] });
    const opened = await run.openImages(at('data', plugin(1)), 'new', FACTS);
    expect(opened.ids).toEqual(['new']);
  });

  test('refuses images of other channels than the training had', async () => {
    const run = createHost().run({ seed: 0, provide: [provision(facts, () => FACTS)] });
    await expect(run.openImages(at('data', plugin(3)), 'new', FACTS)).rejects.toThrow(
      'data (images): the images in new are not like those of the training. Expected: 2-D images of 1 channel. Got: 2-D images of 3 channels.',
    );
  });

  test('says so where the data set has none', async () => {
    const bare = defineDataset({ name: 'bare', api: 1, create: () => dataset({}) });
    const run = createHost().run({ seed: 0 });
    await expect(run.openImages(at('data', bare), 'new')).rejects.toMatchObject({
      code: 'RAREMASK_NO_OPEN_IMAGES',
    });
  });
});

describe('dispose', () => {
  const disposable = (name: string, order: string[], fail = false) =>
    defineDataset({
      name,
      api: 1,
      create: () =>
        dataset({
          dispose: () => {
            order.push(name);
            if (fail) throw new Error(`${name} is busy`);
          },
        }),
    });

  test('goes from the youngest to the oldest, services last, and once', async () => {
    const order: string[] = [];
    const cache = token<{ dispose(): void }>('cache');
    const host = createHost();
    const run = host.run({
      seed: 0,
      provide: [provision(cache, () => ({ dispose: () => order.push('cache') }))],
    });
    await run.make(at('data', disposable('first', order)));
    await run.make(
      at(
        'loss[0]',
        asking({ cache }, () => {}),
      ),
    );
    await run.make(at('data', disposable('second', order)));
    await host.dispose();
    await run.dispose();
    expect(order).toEqual(['second', 'first', 'cache']);
  });

  test('of one that fails does not keep the others', async () => {
    const order: string[] = [];
    const warned: string[] = [];
    const log = { info: () => {}, warn: (line: string) => warned.push(line) };
    const run = createHost().run({ seed: 0, log });
    await run.make(at('data', disposable('first', order)));
    await run.make(at('data', disposable('second', order, true)));
    const before = failedDisposals();
    await run.dispose();
    expect(order).toEqual(['second', 'first']);
    expect(warned).toEqual([
      expect.stringContaining(
        'data (second), dispose: the plugin throws. Got: Error: second is busy',
      ),
    ]);
    expect(failedDisposals()).toBe(before + 1);
  });

  test('while a plugin is being made disposes its product when it comes', async () => {
    const order: string[] = [];
    const run = createHost().run({ seed: 0 });
    const slow = defineDataset({
      name: 'slow',
      api: 1,
      create: async () => {
        await new Promise((done) => setImmediate(done));
        return dataset({ dispose: () => order.push('slow') });
      },
    });
    const making = run.make(at('data', slow));
    const refused = expect(making).rejects.toMatchObject({ code: 'RAREMASK_SCOPE_CLOSED' });
    await run.dispose();
    await refused;
    expect(order).toEqual(['slow']);
  });
});
