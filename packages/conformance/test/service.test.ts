import { census, defineService, folder, type ServicePlugin, token } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ConformanceError, runChecks, serviceChecks } from '../src/index.ts';

beforeAll(() => tf.setBackend('cpu'));

const number = token<unknown>('test-number');
const service = (create: () => unknown, provides = number): ServicePlugin =>
  defineService({ name: 'faulty', api: 1, provides, create });

const sound: Readonly<Record<string, ServicePlugin>> = {
  'of its own': service(() => 3),
  'in the place of the census': defineService({
    name: 'census',
    api: 1,
    provides: census,
    needs: { census },
    create: (_, services) => services.census,
  }),
};

describe.each(Object.entries(sound))('a sound service %s', (_, plugin) => {
  test.each(serviceChecks(plugin))('$name', ({ run }) => run());
});

test('names each option that the schema refuses, and how options are said', async () => {
  const options = z.strictObject({ folder: z.string(), filter: z.object({ low: z.number() }) });
  const plugin = defineService({
    name: 'faulty',
    api: 1,
    provides: number,
    options,
    create: () => 3,
  });
  const written = { filter: { low: 'x' } };
  const failed = (await runChecks(serviceChecks(plugin, { options: [written] }))).filter(
    ({ error }) => error,
  );
  expect(failed.map(({ name }) => name)).toEqual(['takes the options that it is tried with']);
  expect(failed[0]!.error!.message).toMatch(
    /^faulty .*the schema refuses .* Got: folder: .*expected string.*; filter\.low: .*expected number.* --with /,
  );
});

test.each([
  [
    'gives nothing',
    service(() => undefined),
    /cannot be made: create returns .* Expected: the service test-number\. Got: nothing\. Do this: mend create; [^.]*\.$/,
  ],
  [
    'gives no path for the folder',
    service(() => 3, folder),
    /something else .* the service folder: a path\. Got: the number 3/,
  ],
  [
    'gives a census instead of a function',
    service(() => ({ images: 1 }), census),
    /Expected: the service census: a function/,
  ],
  [
    'promises something else than a census',
    service(() => async () => ({ images: 1 }), census),
    /the service census: a function that promises an object with images, .*Got: an object with images\./,
  ],
  ['draws numbers of its own', service(() => Math.random()), /Math\.random/],
  ['makes tensors', service(() => tf.scalar(1).dispose() ?? 1), /a service makes tensors/],
])('refuses a service that %s', async (_, plugin, says) => {
  const failed = (await runChecks(serviceChecks(plugin))).filter(({ error }) => error);
  expect(failed).toHaveLength(1);
  expect(failed[0]!.error).toBeInstanceOf(ConformanceError);
  expect(failed[0]!.error!.message).toMatch(says);
});
