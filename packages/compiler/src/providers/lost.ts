/**
 * The device that computes is gone: reset by its driver, unplugged, taken by a watchdog. What was in its
 * memory is lost; a run goes on from its last checkpoint.
 */
export class DeviceLost extends Error {
  readonly code = 'RAREMASK_DEVICE_LOST';

  constructor(cause: unknown) {
    const said = cause instanceof Error ? cause.message : String(cause);
    super(`the GPU is lost: ${said.split('\n')[0]}`, { cause });
    this.name = 'DeviceLost';
  }
}

/**
 * What Dawn and CUDA say of a device that is gone; after each, nothing on it works any more. Messages are
 * the only sign that reaches Node.
 */
const SIGNS = [
  /device (is |was )?lost/i,
  /lost device/i,
  /VK_ERROR_DEVICE_LOST/,
  /DXGI_ERROR_DEVICE_(REMOVED|HUNG|RESET)/,
  /a valid external Instance reference no longer exists/i,
  /CUDA (failure|error) (4|46|100|101|214|700|702|709|719|999)\b/i,
  /cudaError(DevicesUnavailable|NoDevice|IllegalAddress|LaunchTimeout|LaunchFailure|ECCUncorrectable|Unknown)/,
  /unspecified launch failure|an illegal memory access was encountered|uncorrectable ECC error/i,
];

export function isDeviceLost(error: unknown): boolean {
  const said = error instanceof Error ? error.message : String(error);
  return SIGNS.some((sign) => sign.test(said));
}
