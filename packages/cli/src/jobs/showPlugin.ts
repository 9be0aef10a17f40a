import { KINDS, type Needs } from '@raremask/core';
import { loadAnyPlugin, type PluginInfo, pluginInfo } from '@raremask/core/host';
import { describeOptions } from '@raremask/core/manifest';
import { columns } from '@raremask/report';
import type { Console } from '../console.ts';
import { EXIT } from '../failure.ts';

/** Says what is written of a plugin; runs its module only where its options are asked for. */
export async function showPlugin(
  name: string,
  withOptions: boolean,
  console: Console,
): Promise<number> {
  const info = pluginInfo(name, process.cwd());
  const loaded = withOptions ? await loadAnyPlugin(name, process.cwd()) : undefined;
  const options = loaded && describeOptions(loaded.plugin);
  const needs =
    loaded && Object.values((loaded.plugin.needs ?? {}) as Needs).map(({ name }) => name);
  if (console.json) {
    console.result({ ...info, ...(loaded && { options, needs }) });
    return EXIT.ok;
  }
  const style = { color: console.color, width: console.width };
  console.text(columns(['', name], rowsOf(info), style));
  if (options !== undefined) {
    const rows = options.map((row) => [row.option, row.type, row.default, row.meaning]);
    if (rows.length === 0) console.text('\nIt has no options.');
    else console.text(`\n${columns(['option', 'type', 'default', 'meaning'], rows, style)}`);
    const { plugin } = loaded!;
    if (plugin.kind === 'service') console.text(`\nIt provides ${plugin.provides.name}.`);
    console.text(`\nServices that it needs: ${needs!.length === 0 ? 'none' : needs!.join(', ')}`);
  }
  return EXIT.ok;
}

function rowsOf({ about, module, package: found }: PluginInfo): string[][] {
  const rows: string[][] = [];
  if (about !== undefined) {
    const row = Object.hasOwn(KINDS, about.kind) ? KINDS[about.kind] : undefined;
    rows.push(
      ['kind', row?.word ?? about.kind],
      ['called', about.name],
      ...(about.summary === undefined ? [] : [['what it is', about.summary]]),
      ...(row === undefined ? [] : [['in a manifest', `under ${row.key}`]]),
      ['contracts', `api ${about.api}`],
    );
  } else {
    rows.push(['kind', 'not said in package.json; --options loads it']);
  }
  if (found !== undefined) {
    rows.push(['package', `${found.name} ${found.version}`]);
    if (found.license !== undefined) rows.push(['licence', found.license]);
    for (const { name, range, version, fits } of found.peers) {
      const state = version === undefined ? 'not installed' : `${version} here`;
      rows.push(['peer', `${name} ${range}: ${state}${fits ? '' : ', which does not fit'}`]);
    }
    for (const name of found.bundles) rows.push(['brings', `a copy of ${name} of its own`]);
  }
  rows.push(['module', module]);
  return rows;
}
