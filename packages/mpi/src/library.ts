import type { Handle } from './abi.ts';
import { koffiMissing, libraryMissing } from './errors.ts';
import type { Launch, MpiFamily } from './launch.ts';

/** A function of a C library, called with what koffi can pass. */
export type NativeFunction = (...values: readonly unknown[]) => number;

/** The MPI library of this machine. */
export interface Library {
  readonly family: MpiFamily;
  /** As it was found. */
  readonly name: string;
  func(declaration: string): NativeFunction;
  symbol(name: string): Handle;
}

/** What is used of koffi, which is optional. */
interface Koffi {
  load(
    path: string,
    options: { readonly global: boolean },
  ): { func(declaration: string): NativeFunction; symbol(name: string, type: string): Handle };
}

/** Names under which the libraries lie, most common first. */
const NAMES: Readonly<Record<'linux' | 'darwin', Record<MpiFamily, string[]>>> = {
  linux: {
    openmpi: ['libmpi.so.40', 'libmpi.so'],
    mpich: ['libmpich.so.12', 'libmpi.so.12', 'libmpich.so', 'libmpi.so'],
  },
  darwin: {
    openmpi: ['libmpi.40.dylib', 'libmpi.dylib'],
    mpich: ['libmpi.12.dylib', 'libmpich.dylib', 'libmpi.dylib'],
  },
};

/**
 * Loads the MPI that the launcher belongs to.
 *
 * @param path of the library, where the user names one; else it is looked for by name
 * @throws RaremaskError where koffi or the library is missing
 */
export async function openLibrary(launch: Launch, path: string | undefined): Promise<Library> {
  const koffi = await loadKoffi();
  const tried: string[] = [];
  for (const name of path === undefined ? namesFor(launch.family) : [path]) {
    try {
      // Global, since Open MPI loads parts of its own that look for its symbols.
      const loaded = koffi.load(name, { global: true });
      return {
        family: familyOf(loaded),
        name,
        func: (declaration) => loaded.func(declaration),
        symbol: (symbol) => loaded.symbol(symbol, 'void'),
      };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      tried.push(`${name}: ${reason.replace('Failed to load shared library: ', '')}`);
    }
  }
  throw libraryMissing(launch, tried);
}

function namesFor(family: MpiFamily | undefined): readonly string[] {
  const names = process.platform === 'darwin' ? NAMES.darwin : NAMES.linux;
  return family === undefined ? [...names.openmpi, ...names.mpich] : names[family];
}

/** Whose it is, whatever its file is called. */
function familyOf(library: { symbol(name: string, type: string): Handle }): MpiFamily {
  try {
    library.symbol('ompi_mpi_comm_world', 'void');
    return 'openmpi';
  } catch {
    return 'mpich';
  }
}

async function loadKoffi(): Promise<Koffi> {
  try {
    return (await import('koffi')).default as unknown as Koffi;
  } catch (error) {
    throw koffiMissing(error);
  }
}
