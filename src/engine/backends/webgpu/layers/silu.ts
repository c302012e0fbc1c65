// SiLU on WebGPU: one dispatch in each pass. Only x is saved for the gradient.
import type { Tensor } from '../../../base/tf.ts'
import { kernelOp } from '../../../layers/operation.ts'
import type { WebGPUBackend } from '../backend.ts'
import { siluForward, siluGradient } from '../kernels/elementwise/elementwise.ts'
import { wrapTensor } from '../activeWebGPU.ts'

export const webgpuSilu = (backend: WebGPUBackend) =>
  kernelOp((...args: unknown[]) => {
    const [x, save] = args as [Tensor, (tensors: Tensor[]) => void]
    save([x])
    return {
      value: wrapTensor(siluForward(backend, x)),
      gradFunc: (dy: Tensor, [x]: Tensor[]) => wrapTensor(siluGradient(backend, x, dy)),
    }
  })
