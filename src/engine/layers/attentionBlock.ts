// Self attention with all that is around it as one operation on webgpu: the norm is applied where it is read, q, k and v are one
// product, and the way around is added where the last sums are written.
import type { Tensor, Tensor2D, Tensor4D, TensorInfo } from '../tf.ts'
import { homeFor } from '../webgpu/arena.ts'
import type { Backend } from '../webgpu/backend.ts'
import { isSoftware } from '../webgpu/device.ts'
import { attentionBackward, attentionForward } from '../webgpu/kernels/attention.ts'
import { linears, linearsFilterGradient, linearsInputGradient } from '../webgpu/kernels/linears.ts'
import { ownKernels, tensorOf } from '../webgpu/own.ts'
import type { Done, Gradients } from './operation.ts'
import { once, operation, shelf } from './operation.ts'
import type { Normal, Parameters, Stage } from './stage.ts'
import { beforeNorm, pointwise, stageForward, stageWeightGradients, statistics, throughNorm, weightsOf } from './stage.ts'

export interface AttentionLayers {
  norm: Parameters
  /** Linear layers. */
  q: Parameters<Tensor2D>
  k: Parameters<Tensor2D>
  v: Parameters<Tensor2D>
  out: Parameters<Tensor2D>
}

interface Block {
  /** `[b, h, w, c]`; every pixel attends to all. */
  x: Tensor4D
  layers: AttentionLayers
  options: {
    heads: number
    groups: number
    eps: number
    /** The sum with the way around is divided by it. */
    output_scale: number
    /** q, k, v, what attention makes of them, and what the block gives are stored as halves. */
    half?: boolean
  }
}

/** The backend that can run {@link attentionBlock}, if it is quicker by it: devices made of software are not. */
export function attentionKernels(): Backend | undefined {
  const backend = ownKernels()
  return backend && !isSoftware(backend.device) ? backend : undefined
}

/**
 * (x + out(attention(q(n), k(n), v(n)))) / output_scale with n = norm(x). For the gradients x and its moments are kept, q, k and v,
 * what attention makes of them, and the logarithms of its sums.
 */
export function attentionBlock(backend: Backend, block: Block): Tensor4D {
  // x is last, for then all that its gradient shares is done with.
  const [y] = operation({ ...weightsOf(block.layers), x: block.x }, () => forward(backend, block))
  return y as Tensor4D
}

/** What the gradients read beside x and the weights. */
interface Kept {
  /** `[b, n, c]`, as the linear layers read it. */
  input: { x: TensorInfo; affine: TensorInfo }
  norm: Normal
  /** q, k and v side by side. */
  qkv: TensorInfo
  y: TensorInfo
  logsumexp: TensorInfo
  /** The last linear layer. */
  last: Stage
}

const reshaped = ({ dataId, dtype }: TensorInfo, shape: readonly number[]): TensorInfo => ({ dataId, dtype, shape: [...shape] })

function forward(backend: Backend, block: Block): Done {
  const { x, layers, options } = block
  const { heads, groups, eps, output_scale, half = false } = options
  const { out } = layers
  const [b, h, w, c] = x.shape
  const normal = statistics(backend, { x, groups, eps, ...layers.norm, silu: false })
  const input = { x: reshaped(x, [b, h * w, c]), affine: normal.affine }
  const three = linearsOf(layers)
  const qkv = tensorOf(
    linears(backend, { ...input, weights: three.map(({ weight }) => weight), biases: three.map(({ bias }) => bias), half }),
  )
  const found = attentionForward(backend, { qkv, heads, half })
  const [mixed, logsumexp] = [tensorOf(found.y), tensorOf(found.logsumexp)]
  const filter = reshaped(out.weight, [1, 1, ...out.weight.shape])
  const last: Stage = { x: reshaped(mixed, x.shape), weight: filter, ...pointwise }
  const y = stageForward(backend, last, { bias: out.bias, residual: x, outputScale: 1 / output_scale, half })
  const kept: Kept = { input, norm: normal, qkv, y: mixed, logsumexp, last }
  return {
    outputs: [tensorOf(y)],
    keep: [x, ...Object.values(weightsOf(layers)), normal.affine, normal.moments, qkv, mixed, logsumexp],
    gradients: ([dy]) => gradients(backend, block, kept, dy!),
  }
}

const linearsOf = ({ q, k, v }: AttentionLayers) => [q, k, v]

function gradients(backend: Backend, block: Block, kept: Kept, dy: Tensor): Gradients {
  const { layers, options } = block
  const { hold, take, drop } = shelf(backend)
  const dsum = options.output_scale === 1 ? dy : dy.div(options.output_scale)
  const ofLast = once(() => hold(stageWeightGradients(backend, kept.last, dsum, layers.out)))
  const dqkv = once(() => {
    const found = beforeNorm(backend, kept.last, dsum)
    const [all] = attentionBackward(backend, { ...kept, heads: options.heads, dy: reshaped(found, kept.y.shape) })
    backend.disposeData(found.dataId)
    return hold({ all: all! }).all
  })
  const ofLinears = once(() => {
    const into = linearsOf(layers).flatMap(({ weight, bias }) => [homeFor(weight), homeFor(bias)])
    return hold({ all: linearsFilterGradient(backend, { ...kept.input, dy: dqkv(), layers: 3, bias: true, into }) }).all
  })
  const ofInput = once(() => hold(inputGradient(backend, block, kept, dqkv(), dsum)))
  return {
    'out.weight': () => take(ofLast().dweight),
    'out.bias': () => take(ofLast().dbias),
    ...Object.fromEntries(
      ['q', 'k', 'v'].flatMap((name, i) => [
        [`${name}.weight`, () => take(ofLinears()[2 * i]!)] as const,
        [`${name}.bias`, () => take(ofLinears()[2 * i + 1]!)] as const,
      ]),
    ),
    'norm.weight': () => take(ofInput().dweight),
    'norm.bias': () => take(ofInput().dbias),
    x() {
      const [dx] = ofInput().dx
      drop(dqkv())
      return take(dx!)
    },
  }
}

/** Through the linear layers and the norm, and around all. */
function inputGradient(backend: Backend, { x, layers }: Block, { norm }: Kept, dqkv: TensorInfo, dsum: Tensor) {
  const dn = linearsInputGradient(backend, { dy: dqkv, weights: linearsOf(layers).map(({ weight }) => weight) })
  const found = throughNorm(backend, x, norm, reshaped(dn, x.shape), { add: dsum })
  backend.disposeData(dn.dataId)
  return found
}
