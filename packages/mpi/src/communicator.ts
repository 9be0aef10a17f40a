import { type Abi, abiOf, FUNNELED } from './abi.ts';
import { apart, callFailed } from './errors.ts';
import type { Launch } from './launch.ts';
import type { Library, NativeFunction } from './library.ts';

/** Milliseconds between two looks at whether the others have come: at first, and at most. */
const [SHORTEST, LONGEST] = [0.2, 20];

/** Bytes that one call moves at most: MPI counts in 32 bits. */
const AT_ONCE = 1 << 30;

/** All processes of a job. Everything but `abort` is called by each of them, in the same order. */
export class Communicator {
  readonly rank: number;
  readonly size: number;
  /** The implementation, in words. */
  readonly version: string;
  readonly #abi: Abi;
  readonly #call: ReturnType<typeof callsOf>;

  /**
   * Begins MPI in this process, which can be done once.
   *
   * @throws RaremaskError where MPI sees fewer processes than the launcher has started
   */
  constructor(library: Library, launch: Launch) {
    this.#abi = abiOf(library.family, library.symbol);
    this.#call = callsOf(library, this.#abi);
    const { world } = this.#abi;
    // Those who wait leave the processor to others: more processes than cores are no fault.
    process.env['OMPI_MCA_mpi_yield_when_idle'] ??= '1';
    this.#call.init(null, null, FUNNELED, new Int32Array(1));
    const number = new Int32Array(1);
    this.#call.size(world, number);
    this.size = number[0]!;
    this.#call.rank(world, number);
    this.rank = number[0]!;
    this.version = this.#version();
    if (this.size !== launch.size) throw apart(launch, this.size, this.version);
  }

  /** Sums over all processes, in place. Waits for the others without letting anything else happen. */
  sum(values: Float32Array | Float64Array): void {
    const { float, double, sum, world, inPlace } = this.#abi;
    const type = values instanceof Float32Array ? float : double;
    const most = AT_ONCE / values.BYTES_PER_ELEMENT;
    for (let from = 0; from < values.length; from += most) {
      const part = values.subarray(from, from + most);
      this.#call.sum(inPlace, part, part.length, type, sum, world);
    }
  }

  /** What the first process says, for all: the others give nothing. */
  async fromFirst(bytes?: Uint8Array): Promise<Uint8Array> {
    await this.#all();
    const length = new Float64Array([this.rank === 0 ? bytes!.length : 0]);
    this.sum(length);
    const said = this.rank === 0 ? bytes!.slice() : new Uint8Array(length[0]!);
    const { byte, world } = this.#abi;
    for (let from = 0; from < said.length; from += AT_ONCE) {
      const part = said.subarray(from, from + AT_ONCE);
      this.#call.fromFirst(part, part.length, byte, 0, world);
    }
    return said;
  }

  /** What each says, in the order of ranks, for all. */
  async gather(bytes: Uint8Array): Promise<Uint8Array[]> {
    await this.#all();
    const lengths = new Float64Array(this.size);
    lengths[this.rank] = bytes.length;
    this.sum(lengths);
    const counts = Int32Array.from(lengths);
    const places = new Int32Array(this.size);
    for (let rank = 1; rank < this.size; rank++) {
      places[rank] = places[rank - 1]! + counts[rank - 1]!;
    }
    const whole = new Uint8Array(lengths.reduce((total, length) => total + length, 0));
    const { byte, world } = this.#abi;
    this.#call.gather(bytes.slice(), bytes.length, byte, whole, counts, places, byte, world);
    return Array.from(counts, (count, rank) => whole.slice(places[rank]!, places[rank]! + count));
  }

  /** Ends all processes of the job, wherever they are, with this exit status. */
  abort(status: number): void {
    this.#call.abort(this.#abi.world, status);
  }

  /** The last call, of every process. */
  async leave(): Promise<void> {
    await this.#all();
    this.#call.leave();
  }

  /** Waits for all, while timers, signals and threads go on. */
  async #all(): Promise<void> {
    const request = new Uint8Array(8);
    const done = new Int32Array(1);
    this.#call.begin(this.#abi.world, request);
    for (let pause = SHORTEST; ; pause = Math.min(pause * 1.5, LONGEST)) {
      this.#call.test(request, done, this.#abi.noStatus);
      if (done[0] !== 0) return;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  #version(): string {
    const text = new Uint8Array(8192);
    this.#call.version(text, new Int32Array(1));
    const end = text.indexOf(0);
    const [line = ''] = new TextDecoder().decode(text.subarray(0, end)).split('\n');
    return line
      .split(',')[0]!
      .replace(/\s*Version:\s*/, ' ')
      .trim();
  }
}

/** The calls that are used, as C declares them. */
function callsOf(library: Library, { handle }: Abi) {
  const call = (name: string, parameters: readonly string[]): NativeFunction => {
    const native = library.func(`int ${name}(${parameters.join(', ')})`);
    return (...values) => {
      const code = native(...values);
      if (code !== 0) throw callFailed(name, code);
      return code;
    };
  };
  const [pointer, int] = ['void *', 'int'];
  return {
    init: call('MPI_Init_thread', [pointer, pointer, int, pointer]),
    size: call('MPI_Comm_size', [handle, pointer]),
    rank: call('MPI_Comm_rank', [handle, pointer]),
    sum: call('MPI_Allreduce', [pointer, pointer, int, handle, handle, handle]),
    fromFirst: call('MPI_Bcast', [pointer, int, handle, int, handle]),
    gather: call('MPI_Allgatherv', [
      ...[pointer, int, handle],
      ...[pointer, pointer, pointer, handle, handle],
    ]),
    begin: call('MPI_Ibarrier', [handle, pointer]),
    test: call('MPI_Test', [pointer, pointer, pointer]),
    abort: call('MPI_Abort', [handle, int]),
    leave: call('MPI_Finalize', []),
    version: call('MPI_Get_library_version', [pointer, pointer]),
  };
}
