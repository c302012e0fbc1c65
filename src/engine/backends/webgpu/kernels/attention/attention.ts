// Attention without the matrix of attention weights (after Dao et al. 2022, FlashAttention). A
// workgroup takes a tile of queries of one head and loops over tiles of keys, rescaling the maximum
// and the sum of the softmax on the way. The backward pass recomputes the weights from the
// logarithm of that sum. Heads are read where they are in memory.
import type { TensorInfo } from '../../../../base/tf.ts'
import type { WebGPUBackend } from '../../backend.ts'
import { rulesFor } from '../software/rules.ts'
import { gradientStorage, withStorage } from '../../halfStorage.ts'
import type { BoundTensor } from '../../wgsl.ts'
import { readerCode, tensorBinding, writerCode } from '../../wgsl.ts'
import type { AttentionShape, AttentionTile } from './attentionCode.ts'
import {
  attentionForwardCode,
  COLUMNS,
  headMatrices,
  inputNames,
  keyGradientCode,
  queryGradientCode,
  SCORE_LANES,
} from './attentionCode.ts'
import { dispatchSized, float32Output } from '../elementwise/sizedKernel.ts'
import { reductionLanes } from '../elementwise/subgroupSums.ts'

export interface Attention {
  /**
   * q of [b, n, heads d], k and v of [b, m, heads d]; or all side by side in one tensor, [b, n, 3
   * heads d].
   */
  qkv: TensorInfo | readonly [q: TensorInfo, k: TensorInfo, v: TensorInfo]
  heads: number
}

export interface AttentionGradient extends Attention {
  /** Results of {@link attentionForward}, and the gradient of y, [b, n, heads d]. */
  y: TensorInfo
  logsumexp: TensorInfo
  dy: TensorInfo
  /** Stores the results in scaled half precision, where the channels allow it. */
  half?: boolean
}

/**
 * Returns y = softmax(q k^T / sqrt(d)) v for every head, [b, n, heads d], and `logsumexp`, the
 * logarithms of the sums of the softmax, [b, heads, n]. Reads all keys and values of a head for
 * every tile of queries, writes y: in half precision if `half` is set and d is a multiple of four.
 */
export function attentionForward(
  backend: WebGPUBackend,
  { half = false, ...attention }: Attention & { half?: boolean },
  height?: number,
): { y: TensorInfo; logsumexp: TensorInfo } {
  const inputShape = describeAttention(backend, attention)
  const { items, heads, n, d } = inputShape
  const shape =
    half && d % 4 === 0
      ? { ...inputShape, halves: new Set([...inputShape.halves, 'y']) }
      : inputShape
  const lanes = reductionLanes(backend.device)
  const [y, logsumexp] = dispatchTiles(
    backend,
    shape,
    chooseTileHeight(backend.device, shape, n, 128, height),
    {
      name: 'forward',
      bindings: [[...bindHeads(['y'], shape), ...bindScalars('logsumexp')], bindInputs(shape)],
      inputs: storedInputs(attention, shape),
      outputs: [
        { ...float32Output([items, n, heads * d]), half: shape.halves.has('y') },
        float32Output([items, heads, n]),
      ],
      lanes: lanes >= SCORE_LANES ? lanes : 1,
      code: attentionForwardCode,
    },
  )
  return { y, logsumexp }
}

/**
 * Returns the gradients of q, k and v, as three tensors or one, like the inputs. With p = softmax,
 * dp = dy v^T and delta = sum dy y over the channels: ds = p (dp - delta) / sqrt(d), dq = ds k in
 * one dispatch, dk = ds^T q and dv = p^T dy in another.
 */
export function attentionBackward(
  backend: WebGPUBackend,
  attention: AttentionGradient,
  height?: number,
): TensorInfo[] {
  const { y, logsumexp, dy: dyTensor, half = false } = attention
  const plain = describeAttention(backend, attention, y)
  const { items, heads, n, m, d, packed } = plain
  const { q, k, v } = headMatrices(plain, 'd')
  const stored = gradientStorage([d], half)
  const dyHalf = d % 4 === 0 && backend.storedGradient(dyTensor).half
  const shape: AttentionShape = {
    ...plain,
    scaled: new Set([
      ...(dyHalf ? ['dy'] : []),
      ...(stored ? [q, k, v].map(({ binding }) => binding) : []),
    ]),
  }
  const dy = withStorage(dyTensor, dyHalf)
  const inputs = storedInputs(attention, shape)
  const outputs = inputs.map((input) => ({ ...float32Output(input.shape), half: stored }))
  const [dq, delta] = dispatchTiles(
    backend,
    shape,
    chooseTileHeight(backend.device, shape, n, 128, height),
    {
      name: 'gradient of q',
      bindings: [
        [...bindHeads([q.binding], shape), ...bindScalars('delta')],
        [...bindInputs(shape), ...bindHeads(['y', 'dy'], shape), ...bindScalars('logsumexp')],
      ],
      inputs: [...inputs, withStorage(y, shape.halves.has('y')), dy, logsumexp],
      outputs: [outputs[0], float32Output([items, heads, n])],
      code: queryGradientCode,
    },
  )
  const keyGradients = dispatchTiles(
    backend,
    shape,
    chooseTileHeight(backend.device, shape, m, 64, height),
    {
      name: 'gradient of k and v',
      bindings: [
        bindHeads(packed ? [k.binding] : [k.binding, v.binding], shape),
        [...bindInputs(shape), ...bindHeads(['dy'], shape), ...bindScalars('logsumexp', 'delta')],
      ],
      inputs: [...inputs, dy, logsumexp, delta],
      outputs: packed ? [dq] : outputs.slice(1),
      code: keyGradientCode,
    },
  )
  backend.disposeData(delta.dataId)
  return packed ? [dq] : [dq, ...keyGradients]
}

const attentionInputs = ({ qkv }: Attention): readonly TensorInfo[] =>
  'dataId' in qkv ? [qkv] : qkv

const storedInputs = (attention: Attention, { packed, halves }: AttentionShape) =>
  attentionInputs(attention).map((tensor, i) =>
    withStorage(tensor, halves.has(inputNames(packed)[i])),
  )

function describeAttention(
  backend: WebGPUBackend,
  attention: Attention,
  y?: TensorInfo,
): AttentionShape {
  const tensors = attentionInputs(attention)
  const [q, k] = tensors
  const [items, n, channels] = q.shape as [number, number, number]
  const { heads } = attention
  const packed = !k
  const d = channels / heads / (packed ? 3 : 1)
  const named = [
    ...inputNames(packed).map((name, i) => [name, tensors[i]] as const),
    ...(y ? [['y', y] as const] : []),
  ]
  const halves = new Set(
    named
      .filter(([, tensor]) => d % 4 === 0 && backend.storedTensor(tensor).half)
      .map(([name]) => name),
  )
  return { items, heads, n, m: k?.shape[1] ?? n, d, packed, halves, scaled: new Set() }
}

/** Fewer workgroups than this leave a GPU idle; then tiles are lower. */
const MIN_WORKGROUPS = 128

/** Chooses a tile for `rows` queries or keys; a workgroup computes at most `channels` channels. */
function chooseTileHeight(
  device: GPUDevice,
  { items, heads, d }: AttentionShape,
  rows: number,
  channels: number,
  givenHeight?: number,
): AttentionTile {
  const allFours = Math.ceil(d / 4)
  const fours = Math.min(allFours, channels / 4)
  const parts = Math.ceil(allFours / fours)
  const fillsDevice = (height: number) =>
    !rulesFor(device).needsManyWorkgroups ||
    items * heads * parts * Math.ceil(rows / (8 * height)) >= MIN_WORKGROUPS
  const height =
    givenHeight ?? [4, 2].find((height) => rows > 4 * height && fillsDevice(height)) ?? 1
  return { height, rows: 8 * height, tiles: Math.ceil(rows / (8 * height)), fours, parts }
}

interface TileKernel {
  name: string
  bindings: readonly [outputs: readonly BoundTensor[], inputs: readonly BoundTensor[]]
  inputs: readonly TensorInfo[]
  outputs: Parameters<typeof dispatchSized>[1]['outputs']
  /** The size of subgroups that the code uses; default 1, none. */
  lanes?: number
  code: (shape: AttentionShape, tile: AttentionTile, lanes: number) => string
}

/**
 * The size `wide` is constant. It is passed as a uniform all the same so that the compiler does not
 * unroll loops over it, which would take long.
 */
function dispatchTiles(
  backend: WebGPUBackend,
  shape: AttentionShape,
  tile: AttentionTile,
  { name, bindings: [written, read], inputs, outputs, lanes = 1, code }: TileKernel,
) {
  const { items, heads, n, m, d, packed, halves, scaled } = shape
  const { tiles, parts, height, fours } = tile
  const precision = [...halves, ...scaled].map((each) => ` half ${each}`).join('')
  const form = `${d % 4 === 0 ? 4 : 1}${packed ? ' packed' : ''}${precision}`
  const size = `${8 * height}x${COLUMNS}`
  return dispatchSized(backend, {
    name: `attention ${name} of ${form} in tiles of ${size}, ${4 * fours} channels`,
    sizes: {
      count: items * heads * parts * tiles,
      tiles,
      parts,
      heads,
      n,
      m,
      d,
      wide: COLUMNS / 4,
    },
    bindings: [written, read],
    inputs,
    outputs,
    lanes,
    code: () => `${read.map(readerCode).join('\n')}
${written
  .filter(({ name }) => !['logsumexp', 'delta'].includes(name))
  .map(writerCode)
  .join('\n')}
${code(shape, tile, lanes)}`,
  })
}

/** Binds tensors of heads, four numbers at a time if every head begins at a multiple of four. */
const bindHeads = (
  names: readonly string[],
  { d, halves, scaled }: AttentionShape,
): BoundTensor[] =>
  names.map((name) => tensorBinding(name, d, scaled.has(name) ? 'scaled' : halves.has(name)))
const bindInputs = (shape: AttentionShape) => bindHeads(inputNames(shape.packed), shape)
const bindScalars = (...names: string[]): BoundTensor[] =>
  names.map((name) => ({ name, of: 'f32' }))
