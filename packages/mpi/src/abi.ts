import type { MpiFamily } from './launch.ts';

/** What a handle is: Open MPI hands out pointers to its objects, MPICH and its relatives numbers. */
export type Handle = bigint | number | object;

/** The constants of an implementation, which its header would give a C program. */
export interface Abi {
  /** As koffi writes the type of a handle. */
  readonly handle: 'void *' | 'int';
  readonly world: Handle;
  readonly byte: Handle;
  readonly float: Handle;
  readonly double: Handle;
  readonly sum: Handle;
  /** MPI_IN_PLACE, an address that is none. */
  readonly inPlace: bigint;
  /** MPI_STATUS_IGNORE */
  readonly noStatus: bigint;
}

/** MPI_THREAD_FUNNELED: only the thread that began MPI speaks it. */
export const FUNNELED = 1;

/** 2^64 - 1, the address that MPICH uses as a sign. */
const MINUS_ONE = 0xffff_ffff_ffff_ffffn;

/**
 * The table of an implementation. MPICH's numbers are those of its common ABI, which Intel MPI, MVAPICH and
 * Cray MPICH share (MPICH ABI Compatibility Initiative 2013); Open MPI's objects are symbols of its library.
 *
 * @param symbol address of a variable of the library
 */
export function abiOf(family: MpiFamily, symbol: (name: string) => Handle): Abi {
  switch (family) {
    case 'openmpi':
      return {
        handle: 'void *',
        world: symbol('ompi_mpi_comm_world'),
        byte: symbol('ompi_mpi_byte'),
        float: symbol('ompi_mpi_float'),
        double: symbol('ompi_mpi_double'),
        sum: symbol('ompi_mpi_op_sum'),
        inPlace: 1n,
        noStatus: 0n,
      };
    case 'mpich':
      return {
        handle: 'int',
        world: 0x4400_0000,
        byte: 0x4c00_010d,
        float: 0x4c00_040a,
        double: 0x4c00_080b,
        sum: 0x5800_0003,
        inPlace: MINUS_ONE,
        noStatus: 1n,
      };
  }
}
