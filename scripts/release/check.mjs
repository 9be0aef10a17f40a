// Proves a release from change to use against a registry that is started for it: npm run release:check, without the
// packages of every kind by -- --quick, or those of some kinds alone by -- --kinds loss,model
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../setup.mjs';
import { consumer, hasManager } from './check/consumer.mjs';
import { copyWorkspace } from './check/copy.mjs';
import { livedKinds, tried } from './check/kinds.mjs';
import { maintainer } from './check/maintainer.mjs';
import { program, refused, same, steps } from './check/program.mjs';
import { startRegistry } from './check/server.mjs';
import { publishedPackages, root } from './workspace.mjs';

const CORE = '@raremask/core';
const DICE = '@raremask/loss-dice';
const THIRD = 'raremask-loss-edge';
const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, kinds: { type: 'string' } },
});
const { step, seconds } = steps();
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const names = publishedPackages().map(({ manifest }) => manifest.name);
const allKinds = readdirSync(join(root, 'templates')).filter((name) => name !== 'common');
const kinds = values.quick ? [] : (values.kinds?.split(',') ?? allKinds);
const unknown = kinds.filter((kind) => !allKinds.includes(kind));
if (unknown.length > 0) throw new Error(`no kind of plugin: ${unknown}. There are ${allKinds}.`);

step('building');
build();
const outside = realpathSync(mkdtempSync(join(tmpdir(), 'raremask-release-check-')));
let registry;
try {
  step('starting a registry');
  registry = await startRegistry(join(outside, 'registry'), [
    '@raremask/*',
    'raremask',
    'create-raremask-plugin',
    'raremask-*',
  ]);
  const { url } = registry;
  const tokenOf = async (name) => {
    const file = join(outside, `${name}.npmrc`);
    const host = url.replace(/^http:/, '');
    writeFileSync(file, `${host}:_authToken=${await registry.addUser(name)}\n`);
    return { npm_config_userconfig: file };
  };
  const [alice, bob] = [await tokenOf('alice'), await tokenOf('bob')];
  const copy = join(outside, 'workspace');
  copyWorkspace(copy);
  const release = maintainer(copy, { ...alice, npm_config_registry: url });

  step(
    'nothing with workspace: in it can be published, nor without a changelog, nor to a registry that nobody named',
  );
  const core = join(copy, 'packages', 'core');
  const upper = { ...alice, NPM_CONFIG_REGISTRY: url };
  await refused(/EPRIVATE/, core, upper, 'npm', 'publish');
  await refused(/EPRIVATE/, core, upper, 'npm', 'publish', '--ignore-scripts');
  const [{ filename }] = JSON.parse(
    await program(core, upper, 'npm', 'pack', '--json', '--ignore-scripts'),
  );
  await refused(/EPRIVATE/, core, upper, 'npm', 'publish', `./${filename}`);
  rmSync(join(core, filename));
  await release.changeset('publish', '--no-git-tag').catch(() => undefined);
  await refused(
    /of which no changelog speaks/,
    copy,
    upper,
    process.execPath,
    'scripts/release/publish.mjs',
    '--no-build',
  );
  await refused(
    /No registry is named/,
    copy,
    { ...alice, npm_config_globalconfig: join(outside, 'none.npmrc') },
    process.execPath,
    'scripts/release/publish.mjs',
    '--no-build',
  );
  same(await missing(names, url), names, 'nothing may be published yet');

  step('the first release is 1.0.0, published by NPM_CONFIG_REGISTRY');
  await release.version();
  same(
    new Set(Object.values(release.versions())).size === 1 && release.versions()[CORE],
    '1.0.0',
    'first versions',
  );
  await release.publish(upper);
  same(await missing(names, url), [], 'packages that the registry lacks');
  step('again, by .npmrc: everything is there');
  writeFileSync(join(copy, '.npmrc'), `registry=${url}\n`);
  if (!/there already/.test(await release.publish(alice)))
    throw new Error('something was published twice');
  rmSync(join(copy, '.npmrc'));

  const author = { ...bob, npm_config_registry: url };
  // npx keeps what it has once run, by its name: an earlier check's would be taken.
  const fresh = { ...author, npm_config_cache: join(outside, 'npm-cache') };
  if (values.kinds === undefined) await fromChangeToUse();
  else console.log('skipped: everything but new packages of these kinds');

  for (const kind of allKinds.filter((one) => !kinds.includes(one))) {
    console.log(`skipped: a new ${kind}`);
  }
  await livedKinds(kinds, {
    ...{ outside, author, step },
    creating: fresh,
    registry: { pnpm: packageManager, url },
  });
  console.log(`release:check passed in ${seconds()}`);

  /** Another user's loss, updates, a prerelease and a snapshot, as they are lived. */
  async function fromChangeToUse() {
    step('another user makes a loss by npm create, tests, and publishes it');
    const third = join(outside, THIRD);
    await program(outside, fresh, 'npm', 'create', '--yes', 'raremask-plugin', '--', 'loss', THIRD);
    await tried(third, author);
    await program(third, author, 'npx', 'changeset', 'version');
    await program(third, author, 'npm', 'publish');

    const people = [];
    for (const manager of ['npm', 'pnpm']) {
      step(
        `${manager} installs everything in an empty folder, and four steps are trained with the other user's loss`,
      );
      const person = await consumer(join(outside, `by-${manager}`), {
        manager,
        pnpm: packageManager,
        url,
      });
      await person.draw();
      await person.add(THIRD);
      same(person.versionOf(THIRD), '0.1.0', 'version of the loss');
      await person.train('first', { loss: THIRD });
      people.push(person);
    }

    for (const manager of ['yarn 1', 'yarn 4', 'bun']) await installsBy(manager);

    step('a patch of core and a minor of loss-dice move nothing else');
    release.change({ [CORE]: 'patch' }, 'Mended something.');
    release.change({ [DICE]: 'minor' }, 'Added something.');
    same(
      await release.version(),
      { [CORE]: ['1.0.0', '1.0.1'], [DICE]: ['1.0.0', '1.1.0'] },
      'versions',
    );
    if (!release.changelog('core').includes('Mended something.'))
      throw new Error('core has no changelog');
    await release.publish();
    for (const person of people) {
      step('updated, a run starts from the old checkpoint, and the old run goes on');
      await person.update();
      same(
        [person.versionOf(CORE), person.versionOf(DICE)],
        ['1.0.1', '1.1.0'],
        'versions after the update',
      );
      await person.train('second', { loss: THIRD, weights: 'runs/first' });
      await person.raremask('resume', 'runs/first', '--set', 'train.epochs=2');
      if (!person.lastLine('first').startsWith('2,')) throw new Error('the old run did not go on');
    }
    for (const person of people) person.remove();

    step('in prerelease mode a minor of core makes no plugin a major');
    await release.changeset('pre', 'enter', 'next');
    release.change({ [CORE]: 'minor' }, 'Tried something.');
    const next = await release.version();
    same(next[CORE], ['1.0.1', '1.1.0-next.0'], 'core');
    same(next[DICE], ['1.1.0', '1.1.1-next.0'], 'loss-dice');
    same(
      Object.values(next).filter(([, version]) => /^2/.test(version)),
      [],
      'majors',
    );
    await release.publish();
    await installs('next', '1.1.0-next.0');
    await release.changeset('pre', 'exit');
    const stable = await release.version();
    same([stable[CORE][1], stable[DICE][1]], ['1.1.0', '1.1.1'], 'versions after the prereleases');
    await release.publish();
    await installs('latest', '1.1.0');

    step('a snapshot moves all that must move together');
    release.change({ [CORE]: 'patch' }, 'Looked at something.');
    const canary = await release.version('--snapshot', 'canary');
    if (!/^1\.1\.1-canary-\d{14}$/.test(canary[CORE]?.[1]))
      throw new Error(`core became ${canary[CORE]}`);
    await release.publish();
    await installs('canary', canary[CORE][1]);
    same(await tagged(CORE), '1.1.0', 'the latest core');
  }

  /** A person with another package manager installs, looks, and trains. */
  async function installsBy(manager) {
    if (!(await hasManager(manager))) {
      console.log(`skipped: ${manager}, which npx cannot fetch here`);
      return;
    }
    step(`${manager} installs everything in an empty folder, and four steps are trained`);
    const person = await consumer(join(outside, `by-${manager.replace(' ', '-')}`), {
      manager,
      pnpm: packageManager,
      url,
    });
    const doctor = await person.raremask('doctor');
    if (!/^ok +compiled /m.test(doctor)) throw new Error(`nothing is compiled:\n${doctor}`);
    await person.draw();
    await person.train('first', { loss: '@raremask/loss-ce' });
    person.remove();
  }

  /** A person who has nothing yet installs a channel, and every plugin loads. */
  async function installs(tag, version) {
    step(
      `${tag}: everything is installed together, every plugin loads, and four steps are trained`,
    );
    const person = await consumer(join(outside, `channel-${tag}`), {
      manager: 'npm',
      pnpm: packageManager,
      url,
      tag,
    });
    same(person.versionOf(CORE), version, `core of ${tag}`);
    const listed = JSON.parse(await person.raremask('plugins', 'list', '--json'));
    same(
      listed.filter(({ error }) => error !== undefined),
      [],
      'plugins that do not load',
    );
    await person.draw();
    await person.train(tag, { loss: '@raremask/loss-ce' });
    person.remove();
  }

  async function tagged(name) {
    const response = await fetch(`${url}${name.replace('/', '%2f')}`);
    return (await response.json())['dist-tags'].latest;
  }
} finally {
  registry?.stop();
  rmSync(outside, { recursive: true, force: true });
}

async function missing(wanted, url) {
  const found = await Promise.all(
    wanted.map(async (name) => [name, (await fetch(`${url}${name.replace('/', '%2f')}`)).ok]),
  );
  return found.filter(([, ok]) => !ok).map(([name]) => name);
}
