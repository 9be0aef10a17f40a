import type { InferenceSession } from 'onnxruntime-node';

/** Which part of onnxruntime computes the operators of a graph. */
export type GpuProviderName = 'webgpu' | 'cuda';
/** In what a GPU computes products. */
export type GpuPrecision = 'float32' | 'tf32' | 'float16';
export type ProviderName = 'cpu' | GpuProviderName;

/** In which forms convolutions are written; measured by machine, see `measureForms`. */
export interface Forms {
  /** Channels in a block of the runtime's own layout of images; undefined where it has no such operators. */
  readonly block: number | undefined;
  /** Whether 3x3 convolutions of many channels go through minimal filtering. */
  readonly minimal: boolean;
  /** Whether shifted copies of an image, for the gradient in a filter, come of a convolution or of paddings. */
  readonly stackedShifts: boolean;
  /** How the provider lays out images inside; graphs are written channels first. */
  readonly layout: 'NCHW' | 'NHWC';
}

/** A part of onnxruntime, and what lowering and running have to know of it. */
export interface Provider {
  readonly name: ProviderName;
  readonly execution: InferenceSession.ExecutionProviderConfig;
  /**
   * Whether results can stay in the device's memory and be inputs of the next run. onnxruntime-node 1.30
   * binds buffers of WebGPU; tensors of CUDA it always brings back.
   */
  readonly resident: boolean;
  /**
   * Whether several steps are made in one run, between which the state stays on the device: where it is not resident, and has
   * to come there and back with each run.
   */
  readonly repeats: boolean;
  /** Whether operators of onnxruntime that are no standard ones are there: FusedMatMul. */
  readonly fusedProducts: boolean;
  /** Whether ConvTranspose works in three dimensions: WebGPU's accepts it, and fails when it runs. */
  readonly deepTransposed: boolean;
  /** Whether MaxPool says where its maxima are: WebGPU's accepts that, and fails when it runs. */
  readonly poolingPlaces: boolean;
  /**
   * Whether onnxruntime takes a rounding to float16 away again that stands next to an operator which the provider
   * has in float32 alone, as the processor's has products.
   */
  readonly dropsRoundings: boolean;
  /** Tensors that one operator may join or split at most; undefined where there is no limit. */
  readonly operands: number | undefined;
  readonly forms: Forms;
}

/** The processor, with blocks of so many channels where its build has them. */
export function cpuProvider(block: number | undefined): Provider {
  return {
    name: 'cpu',
    execution: 'cpu',
    resident: false,
    repeats: false,
    fusedProducts: true,
    deepTransposed: true,
    poolingPlaces: true,
    dropsRoundings: true,
    operands: undefined,
    forms: { block, minimal: true, stackedShifts: true, layout: 'NCHW' },
  };
}

/** Forms that a GPU's provider starts with; `calibrate` measures which are faster on this one. */
export const GPU_FORMS: Forms = {
  block: undefined,
  minimal: false,
  stackedShifts: false,
  layout: 'NCHW',
};

export function gpuProvider(name: GpuProviderName, forms: Forms = GPU_FORMS): Provider {
  return {
    name,
    // Only WebGPU's provider takes options of Node's binding: CUDA's runs as it comes, in float32.
    execution: name === 'webgpu' ? { name, preferredLayout: forms.layout } : name,
    resident: name === 'webgpu',
    repeats: name === 'cuda',
    fusedProducts: name === 'cuda',
    deepTransposed: name !== 'webgpu',
    poolingPlaces: name !== 'webgpu',
    dropsRoundings: false,
    // WebGPU guarantees 8 buffers to a shader; one is on the other side.
    operands: name === 'webgpu' ? 7 : undefined,
    forms,
  };
}
