import { weightsUnreadable, weightsWithoutEncoder } from '../errors.ts';
import { readSafetensors } from '../record/safetensors.ts';

/** Published weights that a training begins with. */
export interface Start {
  /** `model.with.encoder` of @raremask/unet that takes them. */
  readonly encoder: string;
  /** The file, as the manifest names it. */
  readonly file: string;
}

/**
 * What a file of `raremask weights` is for.
 *
 * @param path of the file
 * @param file the same, as the manifest is to name it
 * @throws RaremaskError where it cannot be read, or says of no encoder
 */
export async function startOf(path: string, file: string): Promise<Start> {
  const { metadata } = await readSafetensors(path).catch((error: unknown) => {
    throw weightsUnreadable(path, error);
  });
  const encoder = metadata['encoder'];
  if (encoder === undefined) throw weightsWithoutEncoder(path);
  return { encoder, file };
}
