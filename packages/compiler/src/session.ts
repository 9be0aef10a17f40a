import type { InferenceSession } from 'onnxruntime-node';
import { encode } from './onnx/encode.ts';
import type { OnnxModel } from './onnx/model.ts';
import { DeviceLost, isDeviceLost } from './providers/lost.ts';
import { openProfile, type Placement, type Profile } from './providers/placement.ts';
import type { Runtime } from './runtime.ts';

type Feeds = Parameters<InferenceSession['run']>[0];
type Locations = Exclude<
  InferenceSession.SessionOptions['preferredOutputLocation'],
  string | undefined
>;

export interface SessionOptions {
  /** Threads that one run uses. */
  readonly threads: number;
  /** Where the runtime writes how long each operator took; nothing is written where it is left out. */
  readonly profile?: string;
  /**
   * `all` lets the runtime lay out images anew, which pays where weights are constants; `extended`
   * leaves layouts to the compiler.
   */
  readonly optimize: 'extended' | 'all';
}

/** A session of onnxruntime. On a GPU its first run is profiled, so that what the GPU does not run is known. */
export class ProfiledSession {
  readonly #session: InferenceSession;
  readonly #gpu: boolean;
  #profile: Profile | undefined;
  placement: Placement | undefined;

  private constructor(session: InferenceSession, gpu: boolean, profile: Profile | undefined) {
    this.#session = session;
    this.#gpu = gpu;
    this.#profile = profile;
  }

  /** @param outputs where the results shall lie, where that is to be chosen */
  static async open(
    runtime: Runtime,
    model: OnnxModel,
    options: SessionOptions,
    outputs: { readonly locations?: Locations } = {},
  ): Promise<ProfiledSession> {
    const { provider } = runtime;
    const gpu = provider.name !== 'cpu';
    const profile = gpu && options.profile === undefined ? openProfile() : undefined;
    const prefix = options.profile ?? profile?.prefix;
    try {
      const session = await runtime.InferenceSession.create(encode(model), {
        intraOpNumThreads: options.threads,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        // From the second run on a plan of one piece would lie beside the pieces of the first.
        ...(!gpu && { enableMemPattern: false }),
        graphOptimizationLevel: options.optimize,
        logSeverityLevel: gpu ? 4 : 3,
        // Threads that wait in a loop take the processor from those that read images: they go to sleep soon.
        extra: { session: { intra_op: { spin_duration_us: '20' } } },
        ...(gpu && { executionProviders: [provider.execution] }),
        ...(provider.resident &&
          outputs.locations && { preferredOutputLocation: outputs.locations }),
        ...(prefix !== undefined && { enableProfiling: true, profileFilePrefix: prefix }),
      });
      return new ProfiledSession(session, gpu, profile);
    } catch (error) {
      profile?.discard();
      throw gpu && isDeviceLost(error) ? new DeviceLost(error) : error;
    }
  }

  /** @throws DeviceLost */
  async run(feeds: Feeds, fetches?: Feeds): Promise<InferenceSession.OnnxValueMapType> {
    let results: InferenceSession.OnnxValueMapType;
    try {
      results = fetches ? await this.#session.run(feeds, fetches) : await this.#session.run(feeds);
    } catch (error) {
      throw this.#gpu && isDeviceLost(error) ? new DeviceLost(error) : error;
    }
    if (this.#profile !== undefined) {
      this.#session.endProfiling();
      this.placement = this.#profile.read();
      this.#profile = undefined;
    }
    return results;
  }

  async release(): Promise<void> {
    await this.#session.release();
    // A session that never ran ends its profile as it goes.
    this.#profile?.discard();
    this.#profile = undefined;
  }
}
