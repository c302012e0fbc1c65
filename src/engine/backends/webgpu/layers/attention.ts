// Attention on WebGPU: one dispatch in the forward pass and two in the backward pass. The attention
// weights are never stored.
import type { Tensor, Tensor3D } from '../../../base/tf.ts'
import { kernelOp } from '../../../layers/operation.ts'
import type { WebGPUBackend } from '../backend.ts'
import { attentionBackward, attentionForward } from '../kernels/attention/attention.ts'
import { wrapTensor } from '../activeWebGPU.ts'

/** Returns the attention of q, k and v as a differentiable operation. */
export const webgpuAttention = (backend: WebGPUBackend, heads: number) =>
  kernelOp((...args: unknown[]) => {
    const [q, k, v, save] = args as [Tensor3D, Tensor3D, Tensor3D, (tensors: Tensor[]) => void]
    const result = attentionForward(backend, { qkv: [q, k, v], heads })
    const [y, logsumexp] = [wrapTensor(result.y), wrapTensor(result.logsumexp)]
    save([q, k, v, y, logsumexp])
    return {
      value: y,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [q, k, v, y, logsumexp] = saved as [Tensor, Tensor, Tensor, Tensor, Tensor]
        return attentionBackward(backend, { qkv: [q, k, v], heads, y, logsumexp, dy }).map((each) =>
          wrapTensor(each),
        )
      },
    }
  })
