import type { PickledObject, PickledValue, StorageKind } from './pickled.ts';

/**
 * What PyTorch's files of weights name beside plain values. A pickle is a program that may call whatever
 * it names; this reader knows these names, and refuses a file with any other.
 */
const OBJECTS: Readonly<Record<string, PickledObject>> = {
  'collections OrderedDict': { object: 'mapping' },
  'torch._utils _rebuild_tensor_v2': { object: 'tensor' },
  'torch._utils _rebuild_parameter': { object: 'parameter' },
  'torch Size': { object: 'size' },
  ...Object.fromEntries(
    (
      [
        'Float',
        'Double',
        'Half',
        'BFloat16',
        'Long',
        'Int',
        'Short',
        'Char',
        'Byte',
        'Bool',
      ] as const
    ).map((kind): [string, PickledObject] => [`torch ${kind}Storage`, { object: 'storage', kind }]),
  ),
};

/** A pickle that holds more than values and tensors, or is damaged. */
export class Refused extends Error {}

/**
 * Reads one pickled value (protocols 2 to 5) from the place on, and where it ends.
 *
 * @throws Refused where it is cut off, or names or does anything that weights do not need
 */
export function readPickle(
  bytes: Uint8Array,
  from = 0,
): { readonly value: PickledValue; readonly end: number } {
  return new Reader(bytes, from).read();
}

const MARK = Symbol('mark');
type Held = PickledValue | typeof MARK;

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #stack: Held[] = [];
  readonly #memo = new Map<number, PickledValue>();
  #at: number;

  constructor(bytes: Uint8Array, from: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = from;
  }

  read(): { value: PickledValue; end: number } {
    try {
      for (;;) {
        const code = this.#byte();
        // STOP
        if (code === 0x2e) return { value: this.#pop(), end: this.#at };
        this.#step(code);
      }
    } catch (error) {
      if (error instanceof RangeError) throw new Refused('the pickle is cut off');
      throw error;
    }
  }

  #step(code: number): void {
    const literal = this.#literal(code);
    if (literal !== undefined) {
      this.#stack.push(literal);
      return;
    }
    switch (code) {
      case 0x80: // PROTO
        this.#byte();
        return;
      case 0x95: // FRAME
        this.#at += 8;
        return;
      case 0x28: // MARK
        this.#stack.push(MARK);
        return;
      case 0x30: // POP
        this.#stack.pop();
        return;
      case 0x74: // TUPLE
        this.#stack.push(this.#sinceMark());
        return;
      case 0x85: // TUPLE1 to TUPLE3
      case 0x86:
      case 0x87:
        this.#stack.push(this.#last(code - 0x84));
        return;
      case 0x61: // APPEND
        this.#append(this.#last(1));
        return;
      case 0x65: // APPENDS
        this.#append(this.#sinceMark());
        return;
      case 0x73: // SETITEM
        this.#assign(this.#last(2));
        return;
      case 0x75: // SETITEMS
        this.#assign(this.#sinceMark());
        return;
      case 0x71: // BINPUT
        this.#memo.set(this.#byte(), this.#top());
        return;
      case 0x72: // LONG_BINPUT
        this.#memo.set(this.#uint(4), this.#top());
        return;
      case 0x94: // MEMOIZE
        this.#memo.set(this.#memo.size, this.#top());
        return;
      case 0x68: // BINGET
        this.#stack.push(this.#memorized(this.#byte()));
        return;
      case 0x6a: // LONG_BINGET
        this.#stack.push(this.#memorized(this.#uint(4)));
        return;
      case 0x63: // GLOBAL
        this.#stack.push(this.#named(this.#line(), this.#line()));
        return;
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = this.#last(2);
        this.#stack.push(this.#named(String(module), String(name)));
        return;
      }
      case 0x51: // BINPERSID
        this.#stack.push(storageOf(this.#pop()));
        return;
      case 0x52: {
        // REDUCE
        const [called, given] = this.#last(2);
        this.#stack.push(made(called!, given!));
        return;
      }
      case 0x62: {
        // BUILD: attributes of a mapping, which are no weights
        const [target] = this.#last(2);
        if (!(target instanceof Map))
          throw new Refused('an object other than a mapping has a state');
        this.#stack.push(target);
        return;
      }
      default:
        throw new Refused(
          `it has the instruction 0x${code.toString(16)}, which weights do not need`,
        );
    }
  }

  /** Values that stand in the file as they are; undefined for any other instruction. */
  #literal(code: number): PickledValue | undefined {
    switch (code) {
      case 0x4e: // NONE
        return null;
      case 0x88: // NEWTRUE
        return true;
      case 0x89: // NEWFALSE
        return false;
      case 0x7d: // EMPTY_DICT
        return new Map();
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        return [];
      case 0x4b: // BININT1
        return this.#byte();
      case 0x4d: // BININT2
        return this.#uint(2);
      case 0x4a: // BININT
        return this.#uint(4) | 0;
      case 0x8a: // LONG1
        return this.#long(this.#byte());
      case 0x47: {
        // BINFLOAT, big endian
        this.#at += 8;
        return this.#view.getFloat64(this.#at - 8);
      }
      case 0x58: // BINUNICODE
      case 0x54: // BINSTRING
        return this.#text(this.#uint(4));
      case 0x8c: // SHORT_BINUNICODE
      case 0x55: // SHORT_BINSTRING
        return this.#text(this.#byte());
      default:
        return undefined;
    }
  }

  #byte(): number {
    return this.#view.getUint8(this.#at++);
  }

  #uint(size: 2 | 4): number {
    this.#at += size;
    const at = this.#at - size;
    return size === 2 ? this.#view.getUint16(at, true) : this.#view.getUint32(at, true);
  }

  /** Two's complement, the lowest byte first. */
  #long(size: number): number {
    let value = 0n;
    for (let index = 0; index < size; index++) value |= BigInt(this.#byte()) << BigInt(8 * index);
    return Number(BigInt.asIntN(8 * size, value));
  }

  #text(length: number): string {
    if (this.#at + length > this.#bytes.length) throw new Refused('the pickle is cut off');
    this.#at += length;
    return Buffer.from(this.#bytes.subarray(this.#at - length, this.#at)).toString('utf8');
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw new Refused('the pickle is cut off');
    const text = this.#text(end - this.#at);
    this.#at++;
    return text;
  }

  #pop(): PickledValue {
    const value = this.#stack.pop();
    if (value === undefined || value === MARK) throw new Refused('the pickle is damaged');
    return value;
  }

  #top(): PickledValue {
    const value = this.#pop();
    this.#stack.push(value);
    return value;
  }

  /** The last values, in the order in which they came. */
  #last(count: number): PickledValue[] {
    return Array.from({ length: count }, () => this.#pop()).toReversed();
  }

  #sinceMark(): PickledValue[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw new Refused('the pickle is damaged');
    const values = this.#stack.splice(mark) as PickledValue[];
    return values.slice(1);
  }

  #append(values: readonly PickledValue[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw new Refused('the pickle is damaged');
    for (const value of values) list.push(value);
  }

  #assign(values: readonly PickledValue[]): void {
    const mapping = this.#top();
    if (!(mapping instanceof Map)) throw new Refused('the pickle is damaged');
    for (let at = 0; at + 1 < values.length; at += 2) mapping.set(values[at]!, values[at + 1]!);
  }

  #memorized(index: number): PickledValue {
    const value = this.#memo.get(index);
    if (value === undefined) throw new Refused('the pickle is damaged');
    return value;
  }

  #named(module: string, name: string): PickledValue {
    const known = OBJECTS[`${module} ${name}`];
    if (known === undefined)
      throw new Refused(`it calls ${module}.${name}, which weights do not need`);
    return known;
  }
}

/** ('storage', type, key, device, count, ...) */
function storageOf(id: PickledValue): PickledValue {
  const [word, type, key, , count] = Array.isArray(id) ? id : [];
  const kind: StorageKind | undefined =
    type instanceof Object && 'object' in type && type.object === 'storage' ? type.kind : undefined;
  if (word !== 'storage' || kind === undefined || typeof count !== 'number') {
    throw new Refused('it refers to something that is no storage of a tensor');
  }
  return { object: 'stored', kind, key: String(key), count };
}

/** What a call gives: an empty mapping, a tensor, or what a parameter or a size is made of. */
function made(called: PickledValue, given: PickledValue): PickledValue {
  const object = called instanceof Object && 'object' in called ? called.object : undefined;
  const [first, offset, size, strides] = Array.isArray(given) ? given : [];
  if (object === 'mapping' && first === undefined) return new Map();
  if ((object === 'parameter' || object === 'size') && first !== undefined) return first;
  if (object === 'tensor' && first instanceof Object && 'object' in first) {
    const numbers = (value: unknown): value is number[] =>
      Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && one >= 0);
    if (first.object === 'stored' && numbers([offset]) && numbers(size) && numbers(strides)) {
      return { object: 'view', storage: first, offset: offset as number, size, strides };
    }
  }
  throw new Refused('it makes something that is no tensor');
}
