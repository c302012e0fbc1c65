// Linear layers of one small input, as an embedding is for all blocks of a network.
import type { Tensor, Tensor2D, TensorInfo } from '../tf.ts'
import { homeFor, offerHomes } from '../webgpu/arena.ts'
import type { Backend } from '../webgpu/backend.ts'
import { placesOf, projections, projectionsFilterGradient, projectionsInputGradient } from '../webgpu/kernels/projections.ts'
import { ownKernels, tensorOf } from '../webgpu/own.ts'
import { linear } from './linear.ts'
import type { Gradients } from './operation.ts'
import { once, operation, shelf } from './operation.ts'
import type { Parameters } from './stage.ts'
import { weightsOf } from './stage.ts'
import { constant } from './sums.ts'

/** W of `[d, c]` and b of `[c]`, with a c of each layer. */
type Layer = Parameters<Tensor2D>

/**
 * x W + b of each layer, `[n, c]`, for x of `[n, d]`. On webgpu in a few dispatches for all of them, there and back; kernels that make
 * the gradients of what comes out are told where to write them (`homeFor`).
 */
export function projectionsOf(x: Tensor2D, layers: readonly Layer[]): Tensor2D[] {
  const backend = ownKernels()
  return backend && layers.length > 0 ? byKernels(backend, x, layers) : layers.map(({ weight, bias }) => linear(x, weight, bias))
}

function byKernels(backend: Backend, x: Tensor2D, layers: readonly Layer[]): Tensor2D[] {
  const rows = x.shape[0]
  const columns = layers.map(({ weight }) => weight.shape[1])
  const { places, size } = placesOf(rows, columns)
  const [weights, biases] = [layers.map(({ weight }) => weight), layers.map(({ bias }) => bias)]
  return operation({ ...weightsOf(layers), x }, () => {
    const y = projections(backend, { x, weights, biases })
    const outputs = places.map((place, i) => tensorOf<Tensor2D>(backend.view(y, place, [rows, columns[i]!])))
    backend.disposeData(y.dataId)
    const vector = offerHomes(outputs, places, size)
    return {
      outputs,
      keep: [x, ...weights],
      gradients: (dys) => {
        const dy = vector() ?? backend.makeTensorInfo([size], 'float32')
        gather(backend, dys, { places, counts: columns.map((each) => rows * each) }, dy)
        return gradients(backend, x, layers, dy)
      },
    }
  }) as Tensor2D[]
}

/** Copies gradients to their places that were written elsewhere, and zeros for those that there are not. */
function gather(
  backend: Backend,
  dys: readonly (Tensor | null)[],
  { places, counts }: { places: readonly number[]; counts: readonly number[] },
  vector: TensorInfo,
) {
  const away = dys.flatMap((dy, i) => {
    if (dy && backend.isPartOf(dy, vector, places[i]!)) return []
    return [{ source: dy ?? constant([counts[i]!], 0), from: 0, to: places[i]!, count: counts[i]! }]
  })
  if (away.length > 0) backend.copy(away, vector)
}

function gradients(backend: Backend, x: Tensor2D, layers: readonly Layer[], dy: TensorInfo): Gradients {
  const { hold, take } = shelf(backend)
  hold({ dy })
  const [rows, weights] = [x.shape[0], layers.map(({ weight }) => weight)]
  const parameters = once(() => {
    const into = layers.flatMap(({ weight, bias }) => [homeFor(weight), homeFor(bias)])
    const columns = weights.map(({ shape }) => shape[1])
    return hold({ found: projectionsFilterGradient(backend, { x, dy, columns, into }) }).found
  })
  const ofLayer = (i: number): Gradients => ({
    [`${i}.weight`]: () => take(parameters()[2 * i]!),
    [`${i}.bias`]: () => take(parameters()[2 * i + 1]!),
  })
  return {
    ...Object.assign({}, ...layers.map((_, i) => ofLayer(i))),
    x: () => tensorOf(projectionsInputGradient(backend, { dy, rows, weights })),
  }
}
