// Group normalisation on wasm, in five passes over x, forward and backward together.
import type { NormOptions } from '../../../base/layerTypes.ts'
import type { Tensor, Tensor1D, Tensor3D, Tensor4D } from '../../../base/tf.ts'
import { kernelOp } from '../../../layers/operation.ts'
import { canNorm, groupNormBackward, groupNormForward } from '../norm.ts'
import type { WasmFunctions } from '../wasmFunctions.ts'

/** Returns undefined for tensors that the functions do not support. */
export const wasmGroupNorm = <T extends Tensor3D | Tensor4D>(
  wasm: WasmFunctions,
  x: T,
  weight: Tensor1D,
  bias: Tensor1D,
  options: NormOptions,
): T | undefined => (canNorm(x) ? (wasmNormOp(wasm, options)(x, weight, bias) as T) : undefined)

const wasmNormOp = (wasm: WasmFunctions, options: NormOptions) =>
  kernelOp((...args: unknown[]) => {
    const [x, weight, bias, save] = args as [
      Tensor,
      Tensor1D,
      Tensor1D,
      (tensors: Tensor[]) => void,
    ]
    const [y, moments] = groupNormForward(wasm, x, weight, bias, options)
    save([x, weight, bias, moments])
    return {
      value: y,
      gradFunc: (dy: Tensor, saved: Tensor[]) =>
        groupNormBackward(wasm, dy, saved as [Tensor, Tensor1D, Tensor1D, Tensor3D], options),
    }
  })
