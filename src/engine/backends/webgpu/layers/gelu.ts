// GELU on WebGPU: one dispatch in each pass. Only x is saved for the gradient.
import type { Tensor } from '../../../base/tf.ts'
import { kernelOp } from '../../../layers/operation.ts'
import { wrapTensor } from '../activeWebGPU.ts'
import type { WebGPUBackend } from '../backend.ts'
import { geluForward, geluGradient } from '../kernels/elementwise/elementwise.ts'

export const webgpuGelu = (backend: WebGPUBackend) =>
  kernelOp((...args: unknown[]) => {
    const [x, save] = args as [Tensor, (tensors: Tensor[]) => void]
    save([x])
    return {
      value: wrapTensor(geluForward(backend, x)),
      gradFunc: (dy: Tensor, [x]: Tensor[]) => wrapTensor(geluGradient(backend, x, dy)),
    }
  })
