import { expect, test } from 'vitest';
import { accessOf } from '../src/access.ts';
import { artifactPath } from '../src/artifacts.ts';
import { options } from '../src/options.ts';
import { parametersOf } from '../src/settings.ts';

test('settings have names that MLflow takes, and values are cut to its length and named', () => {
  const { all, cut } = parametersOf({
    train: { batch: 4, soft: true },
    classes: { 'node (big)': 1 },
    long: 'x'.repeat(6001),
  });
  expect(all.slice(0, 3)).toEqual([
    { key: 'train.batch', value: '4' },
    { key: 'train.soft', value: 'true' },
    { key: 'classes.node _big_', value: '1' },
  ]);
  expect(all[3]!.value).toHaveLength(6000);
  expect(cut).toEqual(['long']);
});

const uri = 'http://host:5000/mlflow/';
const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;

test('the address is that of the options, or of the environment', () => {
  expect(accessOf(undefined, { MLFLOW_TRACKING_URI: uri }).address).toBe('http://host:5000/mlflow');
  expect(accessOf('https://other', { MLFLOW_TRACKING_URI: uri }).address).toBe('https://other');
});

test('without an address, or with a store in its place, it is said what to do', () => {
  expect(() => accessOf(undefined, {})).toThrow(/mlflow server/);
  for (const store of ['sqlite:///mlflow.db', './mlruns', 'file:///mlruns']) {
    expect(() => accessOf(undefined, { MLFLOW_TRACKING_URI: store })).toThrow(/https?:/);
  }
});

test('user and password go before the token, as in MLflow, and stand in no address', () => {
  const user = { MLFLOW_TRACKING_USERNAME: 'ann', MLFLOW_TRACKING_PASSWORD: 'a:b' };
  const token = { MLFLOW_TRACKING_TOKEN: 'abc' };
  expect(accessOf(uri, {}).headers).toEqual({});
  expect(accessOf(uri, token).headers).toEqual({ authorization: 'Bearer abc' });
  expect(accessOf(uri, { ...token, ...user }).headers).toEqual({ authorization: basic('ann:a:b') });
  expect(accessOf(undefined, { MLFLOW_TRACKING_URI: 'http://ann:p%40ss@host:5000' })).toEqual({
    address: 'http://host:5000',
    headers: { authorization: basic('ann:p@ss') },
  });
});

test('an address with a password is refused in a manifest, which is sent and kept', () => {
  const refused = options.safeParse({ trackingUri: 'http://ann:secret@host' });
  expect(refused.error?.issues[0]?.message).toContain('MLFLOW_TRACKING_PASSWORD');
  expect(options.safeParse({ trackingUri: 'sqlite:///a.db' }).success).toBe(false);
});

test('files are sent only where the server itself takes them', () => {
  expect(artifactPath('mlflow-artifacts:/3/abc/artifacts')).toBe('3/abc/artifacts');
  for (const store of ['s3://bucket/3', '/mlruns/3', 'file:///m/3', 'mlflow-artifacts://else/3']) {
    expect(artifactPath(store)).toBeUndefined();
  }
});
