// The only import of tfjs. The union package is required: only it registers the gradients.
export * as tf from '@tensorflow/tfjs'
export type {
  DataStorage,
  DataType,
  Scalar,
  Tensor,
  Tensor1D,
  Tensor2D,
  Tensor3D,
  Tensor4D,
  TensorInfo,
} from '@tensorflow/tfjs'
