/** An error of the machine that a user can mend. It has the shape of core's errors and prints without a stack. */
export class RaremaskError extends Error {
  readonly code: `RAREMASK_${string}`;
  readonly category = 'environment';

  constructor(code: `RAREMASK_${string}`, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'RaremaskError';
    this.code = code;
  }
}

export function unknownBackend(request: string, known: readonly string[]): RaremaskError {
  return new RaremaskError(
    'RAREMASK_BACKEND_UNKNOWN',
    `backend: there is no backend of that name. Expected: ${known.join(', ')}. Got: ${request}. Do this: name one of them, or auto.`,
  );
}

export function backendNotInstalled(
  request: string,
  packageName: string,
  from: string,
): RaremaskError {
  return new RaremaskError(
    'RAREMASK_BACKEND_NOT_INSTALLED',
    `backend ${request}: ${packageName} is not installed. Expected: the package in a node_modules folder at or above ${from}. Do this: raremask backend install tensorflow, or ask for auto or wasm.`,
  );
}

export function backendDoesNotLoad(
  request: string,
  packageName: string,
  detail: string,
  remedy: string,
  cause: unknown,
): RaremaskError {
  return new RaremaskError(
    'RAREMASK_BACKEND_DOES_NOT_LOAD',
    `backend ${request}: ${packageName} is installed but does not load. Expected: its native library. Got: ${detail}. Do this: ${remedy}; or ask for auto or wasm.`,
    { cause },
  );
}

export function backendWithoutGpu(request: string, packageName: string): RaremaskError {
  return new RaremaskError(
    'RAREMASK_BACKEND_NO_GPU',
    `backend ${request}: ${packageName} loads but sees no GPU. Expected: an NVIDIA GPU, its driver, and the CUDA and cuDNN libraries that its libtensorflow was built for. Do this: check nvidia-smi and LD_LIBRARY_PATH, or ask for auto, tensorflow or wasm.`,
  );
}

export function otherNativeIsLoaded(request: string, loaded: string): RaremaskError {
  return new RaremaskError(
    'RAREMASK_BACKEND_OTHER_LOADED',
    `backend ${request}: this process already holds ${loaded}, and one process can hold one native TensorFlow. Do this: ask for ${request} in a new process.`,
  );
}

export function wasmDoesNotStart(detail: string, remedy: string, cause?: unknown): RaremaskError {
  return new RaremaskError(
    'RAREMASK_WASM_DOES_NOT_START',
    `backend wasm: the WebAssembly module does not start. Expected: the .wasm files of @tensorflow/tfjs-backend-wasm and of @raremask/backends where npm put them, and addresses for them. Got: ${detail}. Do this: ${remedy}; or ask for cpu.`,
    { cause },
  );
}

/** @param backend as `raremask backend` calls it */
export function wheelMissing(
  backend: string,
  name: string,
  from: string,
  requirement: string,
): RaremaskError {
  return new RaremaskError(
    'RAREMASK_WHEEL_MISSING',
    `${from}: a wheel of backend ${backend} is missing. Expected: ${name}. Do this: raremask backend pack ${backend} --out ${from}, on a machine with a network and Python (it asks pip for ${requirement}).`,
  );
}

export function damagedWheel(path: string, detail: string): RaremaskError {
  return new RaremaskError(
    'RAREMASK_WHEEL_DAMAGED',
    `${path}: the wheel is damaged; nothing was installed. Got: ${detail}. Do this: fetch it again.`,
  );
}

export function packFailed(command: string, detail: string): RaremaskError {
  return new RaremaskError(
    'RAREMASK_PACK_FAILED',
    `${command}: the wheels were not fetched. Got: ${detail}. Do this: install Python 3 with pip and check its index, or copy the folder from a machine that has them.`,
  );
}

export function noTensorflowRelease(platform: string): RaremaskError {
  return new RaremaskError(
    'RAREMASK_TENSORFLOW_PLATFORM',
    `backend tensorflow: there is no libtensorflow to take for ${platform}. Expected: Linux on x64. Do this: ask for auto, webgpu or compiled, which need nothing more.`,
  );
}

/** @param compiler its command, which failed @param detail what it said */
export function addonNotBuilt(compiler: string, detail: string): RaremaskError {
  return new RaremaskError(
    'RAREMASK_ADDON_NOT_BUILT',
    `backend tensorflow: ${compiler} does not build the addon; what was begun is undone. Expected: a compiler of C++17 (apt-get install g++), in PATH or named by CXX. Got: ${detail}. Do this: install one, then the same command again.`,
  );
}
