import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What of a program a GPU's provider has left to the processor. */
export interface Placement {
  /** Operators that the provider runs itself. */
  readonly own: number;
  /** Operators that run on the processor instead, by name, most frequent first. */
  readonly elsewhere: readonly { readonly operator: string; readonly count: number }[];
  /** Copies between the two that this costs in each run. */
  readonly copies: number;
}

/** A folder for the file in which the runtime writes who ran what. */
export interface Profile {
  /** What the runtime is given as beginning of the file's name. */
  readonly prefix: string;
  /** Reads what was written, once, and takes the folder away; undefined where it was not written whole. */
  read(): Placement | undefined;
  discard(): void;
}

/**
 * onnxruntime says in a profile, and nowhere else that Node can read, which provider ran a node; so the
 * first run of a program on a GPU is profiled. Where no temporary file can be written, it computes without.
 */
export function openProfile(): Profile | undefined {
  let folder: string;
  try {
    folder = mkdtempSync(join(tmpdir(), 'raremask-profile-'));
  } catch {
    return undefined;
  }
  const discard = () => rmSync(folder, { recursive: true, force: true });
  return {
    prefix: join(folder, 'run'),
    discard,
    read() {
      try {
        const [file] = readdirSync(folder);
        return placementIn(file === undefined ? '[]' : readFileSync(join(folder, file), 'utf8'));
      } catch {
        // The disk was full, for example.
        return undefined;
      } finally {
        discard();
      }
    },
  };
}

interface ProfileEvent {
  readonly cat?: string;
  readonly name?: string;
  readonly args?: {
    readonly provider?: string;
    readonly op_name?: string;
    readonly node_index?: string;
  };
}

/** @param text a profile of onnxruntime: a JSON list of events */
export function placementIn(text: string): Placement {
  const events = JSON.parse(text) as readonly ProfileEvent[];
  const nodes = new Map<string, { operator: string; cpu: boolean }>();
  for (const { cat, name, args } of events) {
    if (cat !== 'Node' || args?.provider === undefined || args.op_name === undefined) continue;
    const cpu = args.provider === 'CPUExecutionProvider';
    // A graph inside another one numbers its nodes anew, and its nodes have other names.
    const node = name?.replace(/_(kernel_time|fence_before|fence_after)$/, '');
    const key = args.node_index === undefined ? String(nodes.size) : `${args.node_index} ${node}`;
    nodes.set(key, { operator: args.op_name, cpu });
  }
  const counts = new Map<string, number>();
  let [own, copies] = [0, 0];
  for (const { operator, cpu } of nodes.values()) {
    if (/^Memcpy(To|From)Host$/.test(operator)) copies++;
    else if (cpu) counts.set(operator, (counts.get(operator) ?? 0) + 1);
    else own++;
  }
  const elsewhere = [...counts]
    .map(([operator, count]) => ({ operator, count }))
    .sort((a, b) => b.count - a.count || (a.operator < b.operator ? -1 : 1));
  return { own, elsewhere, copies };
}

/** One line, or undefined where nothing is left to the processor. */
export function saidOf(placement: Placement): string | undefined {
  const { elsewhere, copies, own } = placement;
  if (elsewhere.length === 0) return undefined;
  const count = elsewhere.reduce((sum, one) => sum + one.count, 0);
  const names = elsewhere.map((one) => `${one.operator} x${one.count}`).join(', ');
  return `${count} of ${own + count} operators run on the processor instead of the GPU (${names}), with ${copies} copies between the two in each run`;
}
