import type { OnEvent } from '@raremask/core';
import type { RunScope } from '@raremask/core/host';
import type { LoadedManifest } from '@raremask/core/manifest';
import { networksDiffer } from '../errors.ts';
import { openTrained, readTrained, scopeWithoutData, type Trained } from './openTrained.ts';

/** A run whose network predicts, alone or with others. */
export interface MemberRun {
  readonly loaded: LoadedManifest;
  readonly path: string;
}

export interface OpenedMember {
  readonly loaded: LoadedManifest;
  readonly scope: RunScope;
  readonly trained: Trained;
}

/**
 * Opens the networks of runs that predict together.
 *
 * @throws RaremaskError where one was trained for other images or classes than the first
 */
export async function openMembers(
  runs: readonly MemberRun[],
  { checkpoint, onEvent }: { readonly checkpoint?: 'best' | 'last'; readonly onEvent: OnEvent },
): Promise<{ readonly members: readonly OpenedMember[]; close(): Promise<void> }> {
  const members: OpenedMember[] = [];
  const scopes: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (const scope of scopes.toReversed()) await scope.close();
  };
  try {
    for (const { loaded, path } of runs) {
      const run = await readTrained(loaded, path, checkpoint, onEvent);
      const { scope, close: closeScope } = scopeWithoutData(loaded, run.checkpoint.head, onEvent);
      scopes.push({ close: closeScope });
      const member = { loaded, scope, trained: await openTrained(loaded, run, scope) };
      checkAlike(member, members[0]);
      members.push(member);
    }
    return { members, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What networks must have in common, for their probabilities to be of the same pixels and classes. */
function taskOf({
  loaded: { manifest },
  trained,
}: OpenedMember): Readonly<Record<string, unknown>> {
  const { space, channels, classes, overlapping, spacing = null } = trained.facts;
  const { use, with: options, resolution = null } = manifest.data;
  return {
    'the number of space axes': space,
    'the number of channels': channels,
    'the list of classes': classes,
    'whether classes overlap': overlapping,
    'the size of a pixel': spacing,
    'the data set (data.use)': use,
    'the reading of images (data.with)': options,
    'the resolution (data.resolution)': resolution,
  };
}

function checkAlike(member: OpenedMember, first: OpenedMember | undefined): void {
  if (first === undefined) return;
  const before = taskOf(first);
  for (const [what, own] of Object.entries(taskOf(member))) {
    const [expected, got] = [before[what], own].map((value) => JSON.stringify(value));
    if (expected !== got) throw networksDiffer(member.trained.folder.path, what, expected!, got!);
  }
}
