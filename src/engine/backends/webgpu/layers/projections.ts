// Many linear layers of one small input on WebGPU, in a few dispatches for all of them.
import type { Parameters } from '../../../base/layerTypes.ts'
import type { Tensor, Tensor2D, TensorInfo } from '../../../base/tf.ts'
import type { Gradients } from '../../../layers/operation.ts'
import { once, operation } from '../../../layers/operation.ts'
import { wrapTensor } from '../activeWebGPU.ts'
import type { WebGPUBackend } from '../backend.ts'
import { claimGradientSlot, offerGradientSlots } from '../gradientArena.ts'
import {
  projectionLayout,
  projections,
  projectionsFilterGradient,
  projectionsInputGradient,
} from '../kernels/gemm/projections.ts'
import { namedParameters } from './convStage.ts'
import { createSharedTensors } from './sharedTensors.ts'

type Layer = Parameters<Tensor2D>

/**
 * Returns x W + b of each layer. The gradients of the outputs have slots in one vector, which
 * kernels can claim ({@link claimGradientSlot}).
 */
export function webgpuProjections(
  backend: WebGPUBackend,
  x: Tensor2D,
  layers: readonly Layer[],
): Tensor2D[] {
  const rows = x.shape[0]
  const columns = layers.map(({ weight }) => weight.shape[1])
  const { offsets, size } = projectionLayout(rows, columns)
  const weights = layers.map(({ weight }) => weight)
  return operation({ ...namedParameters(layers), x }, () => {
    const outputs = computeOutputs(backend, x, layers, false)
    const takeGradients = offerGradientSlots(outputs, offsets, size)
    return {
      outputs,
      keep: [x, ...weights],
      gradients: (dys) => {
        const dy = takeGradients() ?? backend.makeTensorInfo([size], 'float32')
        copyMissing(backend, dys, { offsets, counts: columns.map((each) => rows * each) }, dy)
        return projectionGradients(backend, x, layers, dy)
      },
    }
  }) as Tensor2D[]
}

/** Returns silu(x) W + b of each layer, without a gradient. */
export const activatedProjections = (
  backend: WebGPUBackend,
  x: Tensor2D,
  layers: readonly Layer[],
): Tensor2D[] => computeOutputs(backend, x, layers, true)

function computeOutputs(
  backend: WebGPUBackend,
  x: Tensor2D,
  layers: readonly Layer[],
  silu: boolean,
): Tensor2D[] {
  const rows = x.shape[0]
  const [weights, biases] = [layers.map(({ weight }) => weight), layers.map(({ bias }) => bias)]
  const columns = weights.map(({ shape }) => shape[1])
  const y = projections(backend, { x, silu, weights, biases })
  const outputs = projectionLayout(rows, columns).offsets.map((offset, i) =>
    wrapTensor<Tensor2D>(backend.view(y, offset, [rows, columns[i]])),
  )
  backend.disposeData(y.dataId)
  return outputs
}

/** Copies the gradients that are not in the vector yet, and zeros for missing ones. */
function copyMissing(
  backend: WebGPUBackend,
  dys: readonly (Tensor | null)[],
  { offsets, counts }: { offsets: readonly number[]; counts: readonly number[] },
  vector: TensorInfo,
) {
  const copies = dys.flatMap((dy, i) => {
    const [to, count] = [offsets[i], counts[i]]
    if (dy && backend.isViewAt(dy, vector, to)) return []
    return [{ source: dy ?? wrapTensor(backend.constant([count], 0)), from: 0, to, count }]
  })
  if (copies.length > 0) backend.copy(copies, vector)
}

function projectionGradients(
  backend: WebGPUBackend,
  x: Tensor2D,
  layers: readonly Layer[],
  dy: TensorInfo,
): Gradients {
  const { share, take } = createSharedTensors(backend)
  share({ dy })
  const [rows, weights] = [x.shape[0], layers.map(({ weight }) => weight)]
  const parameterGradients = once(() => {
    const into = layers.flatMap(({ weight, bias }) => [
      claimGradientSlot(weight),
      claimGradientSlot(bias),
    ])
    const columns = weights.map(({ shape }) => shape[1])
    return share({ all: projectionsFilterGradient(backend, { x, dy, columns, into }) }).all
  })
  const layerGradients = (i: number): Gradients => ({
    [`${i}.weight`]: () => take(parameterGradients()[2 * i]),
    [`${i}.bias`]: () => take(parameterGradients()[2 * i + 1]),
  })
  return {
    ...Object.assign({}, ...layers.map((_, i) => layerGradients(i))),
    x: () => wrapTensor(projectionsInputGradient(backend, { dy, rows, weights })),
  }
}
