import { createRequire } from 'node:module';
import type * as types from '@tensorflow/tfjs';

/**
 * TensorFlow.js, required and not imported: for the names of an import, Node would read the source of all of
 * it once more before the first line runs.
 */
export const tf: typeof types = createRequire(import.meta.url)('@tensorflow/tfjs');

/** The types of `tf`. */
export declare namespace tf {
  type BackendValues = types.BackendValues;
  type DataId = types.DataId;
  type DataType = types.DataType;
  type GradSaveFunc = types.GradSaveFunc;
  type KernelBackend = types.KernelBackend;
  type KernelFunc = types.KernelFunc;
  type NamedAttrMap = types.NamedAttrMap;
  type NamedTensorInfoMap = types.NamedTensorInfoMap;
  type Rank = types.Rank;
  type Scalar = types.Scalar;
  type Tensor<R extends types.Rank = types.Rank> = types.Tensor<R>;
  type Tensor1D = types.Tensor1D;
  type Tensor2D = types.Tensor2D;
  type Tensor3D = types.Tensor3D;
  type Tensor4D = types.Tensor4D;
  type Tensor5D = types.Tensor5D;
  type TensorContainer = types.TensorContainer;
  type TensorInfo = types.TensorInfo;

  namespace Rank {
    type R2 = types.Rank.R2;
    type R4 = types.Rank.R4;
  }

  namespace backend_util {
    type BackendValues = types.backend_util.BackendValues;
    type Conv2DInfo = types.backend_util.Conv2DInfo;
    type Conv3DInfo = types.backend_util.Conv3DInfo;
    type ExplicitPadding = types.backend_util.ExplicitPadding;
  }
}
