// GELU on wasm: one pass over x forward, and one backward. Only x is saved for the gradient.
import type { Tensor } from '../../../base/tf.ts'
import { kernelOp } from '../../../layers/operation.ts'
import { geluBackward, geluForward, hasFullVector } from '../vectorOps.ts'
import type { WasmFunctions } from '../wasmFunctions.ts'

/** Returns undefined for tensors of fewer than four numbers. */
export const wasmGelu = (wasm: WasmFunctions, x: Tensor): Tensor | undefined =>
  hasFullVector(x) ? geluOp(wasm)(x) : undefined

const geluOp = (wasm: WasmFunctions) =>
  kernelOp((...args: unknown[]) => {
    const [x, save] = args as [Tensor, (tensors: Tensor[]) => void]
    save([x])
    return {
      value: geluForward(wasm, x),
      gradFunc: (dy: Tensor, [x]: Tensor[]) => geluBackward(wasm, x, dy),
    }
  })
