import type { PageConfig } from '../config.ts';

/** What of onnxruntime-web is used. */
interface Ort {
  readonly env: { readonly wasm: { numThreads: number; wasmBinary: Uint8Array }; logLevel: string };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => OrtTensor;
  readonly InferenceSession: { create(model: Uint8Array): Promise<Session> };
}

interface OrtTensor {
  readonly data: Float32Array;
}

interface Session {
  run(feeds: Readonly<Record<string, OrtTensor>>): Promise<Readonly<Record<string, OrtTensor>>>;
}

/** What the scripts beside the page hold. */
export interface Held {
  readonly config: PageConfig;
  readonly model: string;
  readonly runtime: string;
  readonly wasm: string;
}

/** The network that the engine judges with, run by onnxruntime-web on one thread. */
export async function openNetwork({ config, model, runtime, wasm }: Held) {
  const address = URL.createObjectURL(new Blob([runtime], { type: 'text/javascript' }));
  const ort = (await import(address)) as Ort;
  URL.revokeObjectURL(address);
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmBinary = bytesOf(wasm);
  ort.env.logLevel = 'error';
  const session = await ort.InferenceSession.create(bytesOf(model));
  const { channels } = config.facts;
  const { size: only } = config;
  return {
    async infer(images: Float32Array, count: number, size: readonly number[]) {
      if (only !== undefined && only.join() !== size.join()) {
        throw new Error(
          `this page's network takes ${only.join(' x ')} alone, and here is ${size.join(' x ')}: predict it by the command line`,
        );
      }
      const tensor = new ort.Tensor('float32', images, [count, ...size, channels]);
      const { logits, image } = await session.run({ images: tensor });
      return { logits: logits!.data, ...(image && { image: image.data }) };
    },
  };
}

function bytesOf(base64: string): Uint8Array {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
