// Gradients of a convolution's filter and of its input in one dispatch. Both read dy, and with the
// workgroups of both the filter gradient needs fewer partial sums to fill the device.
import type { TensorInfo } from '../../../../base/tf.ts'
import type { WebGPUBackend } from '../../backend.ts'
import { cachedProgram } from '../../wgsl.ts'
import type { ConvFilterGradient, FilterPlan } from './convFilterGradient.ts'
import {
  describeFilterGradient,
  filterGemmExtents,
  filterInputs,
  filterProduct,
  filterTargets,
  MIN_WORKGROUPS,
  planFilterGradient,
  roundSplits,
  runFilterGradient,
} from './convFilterGradient.ts'
import type { ConvInput } from './convInput.ts'
import { canVectorize } from './convInput.ts'
import type { ConvInputGradient, InputPlan } from './convInputGradient.ts'
import {
  describeInputGradient,
  gradientInputs,
  gradientOutputs,
  inputGemmExtents,
  inputGradientProduct,
  planInputGradient,
} from './convInputGradient.ts'
import { tileCount } from '../gemm/gemm.ts'
import { canPair, gemmPair, pairBindings } from '../gemm/gemmPair.ts'
import { canGiveMoments } from '../gemm/gemmTiled.ts'
import { float32Output } from '../elementwise/sizedKernel.ts'
import type { Tiled } from '../gemm/tiles.ts'

export interface ConvGradients {
  /** [dW, db]. */
  filter: TensorInfo[]
  /** The results of {@link convInputGradient}. */
  input: TensorInfo[]
  /** [b, tiles of an item, 2, c], if `norm` is given and they can be computed; see {@link TileSums}. */
  tileSums: TensorInfo | undefined
}

/** The norm before the convolution. */
interface InputNorm {
  moments: TensorInfo
  groups: number
}

interface PairTiles {
  filter: Tiled
  input: Tiled
}

/**
 * Returns the gradients of the filter and of the input of one convolution, or undefined where the
 * tiles or the bindings do not allow one dispatch. `norm` asks for sums of its gradient, too.
 */
export function convGradients(
  backend: WebGPUBackend,
  filter: Omit<ConvFilterGradient, 'into'>,
  input: ConvInputGradient,
  /** Called if there are gradients: the tensors to write dW and db to; missing ones are created. */
  claimInto: () => ConvFilterGradient['into'],
  { norm, tiles }: { norm?: InputNorm | undefined; tiles?: PairTiles } = {},
): ConvGradients | undefined {
  const plain = planPair(
    planFilterGradient(backend, filter, filter, tiles?.filter),
    planInputGradient(backend, input, tiles?.input),
  )
  const summing = plain && norm && addSums(plain, filter, norm)
  const pair = [summing, plain].find((each) => each && fitsBindings(backend, each))
  if (!pair) return undefined
  const { gradients, targets } = filterTargets(backend, { ...filter, into: claimInto() })
  const inputs = [
    ...filterInputs(pair.filter, filter.dy, filter),
    ...gradientInputs(pair.input, input),
    ...(pair.sums && norm ? [norm.moments] : []),
  ]
  const outputs = [...gradientOutputs(pair.input), ...(pair.sums ? [float32Output(pair.sums)] : [])]
  let results: TensorInfo[] = []
  runFilterGradient(backend, pair.filter, targets, gradients, (sums, isDirect) => {
    const all = backend.dispatch(pairProgram(pair, isDirect), inputs, [...sums, ...outputs])
    results = all.slice(sums.length)
  })
  const tileSums = pair.sums ? results.pop() : undefined
  return { filter: gradients, input: results, tileSums }
}

interface Pair {
  filter: FilterPlan & { tile: Tiled }
  input: InputPlan & { tile: Tiled }
  /** The shape of the sums of a norm's gradient. */
  sums?: readonly number[]
}

/** Adds the sums of a norm's gradient, if tiles are parts of items. */
function addSums(pair: Pair, { silu = false }: ConvInput, { groups }: InputNorm): Pair | undefined {
  const { tile, shape } = pair.input
  const [items, height, width] = shape.x as [number, number, number]
  const { affine, channels: parts } = pair.filter.shape.input
  const [channels, second] = shape.channels
  const rowsOfTile = tile.tall * tile.rows
  const isPossible =
    affine &&
    canVectorize(parts) &&
    second === undefined &&
    !shape.accumulates &&
    shape.stride === 1 &&
    (height * width) % rowsOfTile === 0 &&
    canGiveMoments({ rows: items * height * width, depth: shape.filter[3] }, tile)
  return isPossible
    ? {
        ...pair,
        input: { ...pair.input, sums: { groups, silu } },
        sums: [items, (height * width) / rowsOfTile, 2, channels],
      }
    : undefined
}

function planPair(filter: FilterPlan, input: InputPlan): Pair | undefined {
  const [{ tile: filterTile }, { tile: inputTile }] = [filter, input]
  if (filterTile.shape !== 'tiled' || inputTile.shape !== 'tiled') return undefined
  if (!canPair(filterTile, inputTile) || filter.shape.input.upsample) return undefined
  const splits = countPairSplits(filter, input, tileCount(inputGemmExtents(input.shape), inputTile))
  return {
    filter: { ...filter, splits, tile: filterTile },
    input: { ...input, tile: inputTile },
  }
}

/** The most products of a workgroup of the filter gradient, relative to one of the input gradient. */
const MAX_RATIO = 2

/**
 * Returns fewer splits than for the filter gradient alone, if the workgroups of the input gradient
 * help to fill the device. A workgroup of the filter gradient sums over pixels, one of the other
 * over the filter, and neither should take much longer.
 */
function countPairSplits(
  { shape, splits, tile }: FilterPlan,
  { shape: { stride } }: InputPlan,
  inputTiles: number,
): number {
  const [items, height, width, to] = shape.y
  const missing = MIN_WORKGROUPS - inputTiles * stride * stride
  const toFill = Math.ceil(missing / tileCount(filterGemmExtents(shape), tile))
  const terms = (shape.filter[0] * shape.filter[1] * to) / (stride * stride)
  const toBalance = Math.ceil((items * height * width) / (MAX_RATIO * terms))
  return roundSplits(shape, Math.min(splits, Math.max(1, toFill, toBalance)))
}

function fitsBindings({ device: { limits } }: WebGPUBackend, { filter, input }: Pair): boolean {
  const { outputs, inputs } = pairBindings(filterProduct(filter, true), inputGradientProduct(input))
  return outputs.length + inputs.length <= limits.maxStorageBuffersPerShaderStage
}

function pairProgram({ filter, input }: Pair, direct: boolean) {
  const size = filter.shape.filter.slice(0, 2).join('x')
  const key = `conv${size} gradients ${describeFilterGradient(filter, direct)}, ${describeInputGradient(input)}`
  return cachedProgram(key, () =>
    gemmPair(
      { ...filterProduct(filter, direct), tile: filter.tile },
      { ...inputGradientProduct(input), tile: input.tile },
    ),
  )
}
