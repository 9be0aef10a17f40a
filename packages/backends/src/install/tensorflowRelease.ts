import type { Machine } from '../machine/machine.ts';
import type { NativeName } from '../native.ts';

/** A libtensorflow, and the wheels that hold it. */
export interface TensorflowRelease {
  readonly version: string;
  /** The wheel's file name: libraries of the same version for other Pythons are other files. */
  readonly wheel: string;
  /** Of that file, in hexadecimal. */
  readonly sha256: string;
  /** What an index of Python is asked for: the wheel, and NVIDIA's libraries for it. */
  readonly requirements: readonly string[];
  /** To fetch and unpacked, for a person. */
  readonly size: string;
}

/** The version of the package on npm whose addon is built. */
export const NPM_VERSION = '4.22.0';

const VERSION = '2.18.0';
const TAGS = 'cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64';

/** What the wheel's own metadata asks for with CUDA (extra and-cuda), but for the compiler of PTX. */
const NVIDIA = [
  'nvidia-cublas-cu12==12.5.3.2',
  'nvidia-cuda-cupti-cu12==12.5.82',
  'nvidia-cuda-nvrtc-cu12==12.5.82',
  'nvidia-cuda-runtime-cu12==12.5.82',
  'nvidia-cudnn-cu12==9.3.0.75',
  'nvidia-cufft-cu12==11.2.3.61',
  'nvidia-curand-cu12==10.3.6.82',
  'nvidia-cusolver-cu12==11.6.3.83',
  'nvidia-cusparse-cu12==12.5.1.3',
  'nvidia-nccl-cu12==2.21.5',
  'nvidia-nvjitlink-cu12==12.5.82',
];

/** The release for a machine; undefined where no wheel has a libtensorflow for it that was tried. */
export function tensorflowRelease(
  name: NativeName,
  { platform, arch }: Pick<Machine, 'platform' | 'arch'>,
): TensorflowRelease | undefined {
  if (platform !== 'linux' || arch !== 'x64') return undefined;
  if (name === 'tensorflow') {
    return {
      version: VERSION,
      wheel: `tensorflow_cpu-${VERSION}-${TAGS}.whl`,
      sha256: '089e71746960ea581dca53401f84b3b99c8537313e337a9e5dbf97036a936f7e',
      requirements: [`tensorflow-cpu==${VERSION}`],
      size: '230 MB to fetch and 690 MB unpacked',
    };
  }
  return {
    version: VERSION,
    wheel: `tensorflow-${VERSION}-${TAGS}.whl`,
    sha256: '70b8dd70fa3600bfce66ab529eebb804e1f9d7c863d2f71bc8fe9fc7a1ec3976',
    requirements: [`tensorflow==${VERSION}`, ...NVIDIA],
    size: 'about 2.5 GB to fetch and 5 GB unpacked',
  };
}

/** pip's options for the wheels of a release, whichever Python asks. */
export const WHEEL_OPTIONS = [
  '--no-deps',
  '--python-version=3.11',
  '--implementation=cp',
  '--abi=cp311',
  '--platform=manylinux2014_x86_64',
];
