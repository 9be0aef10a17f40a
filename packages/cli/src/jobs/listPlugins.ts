import { installedPlugins } from '@raremask/core/host';
import { columns } from '@raremask/report';
import type { Console } from '../console.ts';
import { EXIT } from '../failure.ts';

/** Lists the plugins that are installed where a manifest of this folder would look. */
export async function listPlugins(console: Console): Promise<number> {
  const plugins = await installedPlugins(process.cwd());
  if (console.json) {
    console.result(plugins);
    return EXIT.ok;
  }
  if (plugins.length === 0) {
    console.note('warn', 'no plugin is installed here; try: npm install @raremask/unet');
    return EXIT.ok;
  }
  console.text(
    columns(
      ['kind', 'use', 'version', 'what it is'],
      plugins.map((plugin) => [
        plugin.kind ?? 'broken',
        plugin.specifier,
        plugin.version ?? '',
        plugin.error ?? plugin.summary ?? '',
      ]),
      { color: console.color, width: console.width },
    ),
  );
  return EXIT.ok;
}
