// Group normalisation on WebGPU: two dispatches in the forward pass, and two in the backward pass,
// which recompute y from x.
import type { NormOptions } from '../../../base/layerTypes.ts'
import type { Tensor, Tensor1D, Tensor3D, Tensor4D } from '../../../base/tf.ts'
import { kernelOp } from '../../../layers/operation.ts'
import { claimGradientSlot } from '../gradientArena.ts'
import type { WebGPUBackend } from '../backend.ts'
import { applyAffine, normStatistics } from '../kernels/norm/norm.ts'
import { normGradient } from '../kernels/norm/normGradient.ts'
import { wrapTensor } from '../activeWebGPU.ts'

export function webgpuGroupNorm<T extends Tensor3D | Tensor4D>(
  backend: WebGPUBackend,
  x: T,
  weight: Tensor1D,
  bias: Tensor1D,
  options: NormOptions,
): T {
  const pixels = x.reshape([x.shape[0], -1, x.shape[x.rank - 1]])
  return webgpuNormOp(backend, options)(pixels, weight, bias).reshape(x.shape) as T
}

const webgpuNormOp = (backend: WebGPUBackend, { groups, eps, silu }: NormOptions) =>
  kernelOp((...args: unknown[]) => {
    const [x, weight, bias, save] = args as [
      Tensor3D,
      Tensor1D,
      Tensor1D,
      (tensors: Tensor[]) => void,
    ]
    const statistics = normStatistics(backend, { x, groups, eps, weight, bias })
    const [affine, moments] = [wrapTensor(statistics.affine), wrapTensor(statistics.moments)]
    save([x, affine, moments])
    return {
      value: wrapTensor(applyAffine(backend, { x, affine, silu })),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [x, affine, moments] = saved as [Tensor, Tensor, Tensor]
        const into = { dweight: claimGradientSlot(weight), dbias: claimGradientSlot(bias) }
        const { dx, dweight, dbias } = normGradient(backend, {
          x,
          dy,
          affine,
          moments,
          groups,
          silu,
          into,
        })
        return [...dx, dweight, dbias].map((each) => wrapTensor(each))
      },
    }
  })
