import { existsSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepareBackend } from '@raremask/backends';
import { type CheckResult, checksFor, runChecks } from '@raremask/conformance';
import { isRaremaskError, type Plugin } from '@raremask/core';
import { loadAnyPlugin, pluginInfo } from '@raremask/core/host';
import { parse } from 'yaml';
import type { Console } from '../console.ts';
import { checkOptions, nothingToCheck } from '../errors.ts';
import { EXIT } from '../failure.ts';
import { type Finding, packageFindings, pluginsOfFolder } from '../plugins/packageFindings.ts';

export interface CheckOptions {
  readonly with?: readonly string[];
}

/** What became of one plugin. */
interface Checked {
  readonly use: string;
  readonly kind?: Plugin['kind'];
  readonly name?: string;
  /** Checks of its kind that it passes. */
  readonly passed: number;
  /** Those that meet a fault which another has reported. */
  readonly alike: number;
  readonly findings: readonly Finding[];
}

/** Runs the checks of their kinds over the plugins of a folder, a file, or a name. */
export async function checkPlugin(
  path: string,
  { with: written = [] }: CheckOptions,
  console: Console,
): Promise<number> {
  const options = written.length === 0 ? [{}] : written.map(optionsOf);
  const { folder, uses } = subjectsOf(path);
  // The slowest backend, and the only one that needs nothing.
  await prepareBackend('cpu');
  const all: Checked[] = [];
  for (const use of uses) all.push(await checked(use, folder, options));
  if (console.json) console.result(all);
  for (const one of all) console.text(textOf(one));
  return all.every(({ findings }) => findings.length === 0) ? EXIT.ok : EXIT.failed;
}

/** From where and under which names the plugins of a path are loaded. */
function subjectsOf(path: string): { readonly folder: string; readonly uses: readonly string[] } {
  const absolute = resolve(path);
  if (!existsSync(absolute)) return { folder: process.cwd(), uses: [path] };
  if (statSync(absolute).isFile()) {
    return { folder: dirname(absolute), uses: [`./${basename(absolute)}`] };
  }
  const uses = pluginsOfFolder(absolute);
  if (uses === undefined) throw nothingToCheck(path);
  return { folder: absolute, uses };
}

function optionsOf(text: string): unknown {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw checkOptions(text, (error as Error).message.split('\n')[0] ?? '');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw checkOptions(text, JSON.stringify(value));
  }
  return value;
}

async function checked(use: string, folder: string, options: readonly unknown[]): Promise<Checked> {
  let findings: readonly Finding[] = [];
  try {
    const info = pluginInfo(use, folder);
    findings = packageFindings(info, folder);
    const { plugin } = await loadAnyPlugin(use, folder);
    findings = packageFindings(info, folder, plugin);
    const module = pathToFileURL(info.module).href;
    const results = await runChecks(checksFor(plugin, { options, folder, module }));
    const failed = results
      .filter(isFailed)
      .map(({ name, error }) => ({ check: name, says: error.message }));
    return {
      use,
      kind: plugin.kind,
      name: plugin.name,
      passed: results.filter(isPassed).length,
      alike: results.filter(({ reportedBy }) => reportedBy !== undefined).length,
      findings: [...findings, ...failed],
    };
  } catch (error) {
    if (!isRaremaskError(error)) throw error;
    const loads = { check: 'can be loaded', says: error.message };
    return { use, passed: 0, alike: 0, findings: [...findings, loads] };
  }
}

function isFailed(result: CheckResult): result is CheckResult & { readonly error: Error } {
  return result.error !== undefined;
}

function isPassed({ error, reportedBy }: CheckResult): boolean {
  return error === undefined && reportedBy === undefined;
}

function textOf({ use, kind, name, passed, alike, findings }: Checked): string {
  const what = kind === undefined ? use : `${use} (${kind} ${name})`;
  if (findings.length === 0) return `${what}: passes all ${passed} checks`;
  const count = `${findings.length} ${findings.length === 1 ? 'thing is' : 'things are'} wrong`;
  const lines = findings.map(
    ({ check, says }) => `  ${check}\n    ${says.replaceAll('\n', '\n    ')}`,
  );
  const same = alike === 0 ? '' : `, ${alike} more ${alike === 1 ? 'meets' : 'meet'} the same`;
  return `${what}: ${count}${same}, ${passed} checks pass\n${lines.join('\n')}`;
}
