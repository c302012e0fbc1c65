// A 1x1 convolution beside another convolution, as further steps of its product: their sum takes one
// dispatch, and the output of the 1x1 convolution never becomes a tensor.
import type { TensorInfo } from '../../../../base/tf.ts'
import type { Activations } from '../../activationInput.ts'
import { activationTensors } from '../../activationInput.ts'
import type { WebGPUBackend } from '../../backend.ts'
import type { StoredTensor } from '../../halfStorage.ts'
import { withStorage } from '../../halfStorage.ts'
import type { BoundTensor } from '../../wgsl.ts'
import { readerCode, tensorBinding } from '../../wgsl.ts'
import { canVectorize, channelsCode } from './convInput.ts'

export interface Shortcut {
  /** [b, h, w, d], as one tensor or two, with the pixels of the output. */
  x: Activations
  /** [1, 1, d, cout]. */
  weight: TensorInfo
  /** [cout]. */
  bias: TensorInfo
}

/** Everything about a shortcut that its WGSL depends on. */
export interface ShortcutShape {
  /** Channels of each tensor. */
  channels: readonly number[]
  /** For each tensor, whether it is read in half precision. */
  halves: readonly boolean[]
  /** Channels of a step of the product, which divide those of both convolutions. */
  depth: number
}

/** Steps of fewer channels cost more than the dispatch that they save. */
const MIN_DEPTH = 16

/**
 * Returns the shape of a shortcut beside a convolution from `from` to `to` channels that binds
 * `bindings` buffers; undefined if one dispatch cannot compute both.
 */
export function shortcutShape(
  backend: WebGPUBackend,
  { x }: Shortcut,
  { from, to, bindings }: { from: number; to: number; bindings: number },
): ShortcutShape | undefined {
  const tensors = activationTensors(x)
  const channels = tensors.map(({ shape }) => shape[3])
  const depth = greatestDivisor(
    from,
    channels.reduce((sum, each) => sum + each, 0),
  )
  const fits =
    canVectorize([...channels, to, depth]) &&
    depth >= MIN_DEPTH &&
    bindings + tensors.length + 2 <= backend.device.limits.maxStorageBuffersPerShaderStage
  return fits
    ? { channels, halves: tensors.map((tensor) => backend.storedTensor(tensor).half), depth }
    : undefined
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b))

export const describeShortcut = ({ channels, halves, depth }: ShortcutShape): string => {
  const parts = channels.map((each, i) => `${each}${halves[i] ? ' half' : ''}`)
  return `shortcut of ${parts.join('+')} by ${depth}`
}

/** Returns the tensors to bind, in the order of {@link shortcutBindings}. */
export const shortcutTensors = (
  { x, weight, bias }: Shortcut,
  { halves }: ShortcutShape,
): (TensorInfo | StoredTensor)[] => [
  ...activationTensors(x).map((tensor, i) => withStorage(tensor, halves[i])),
  weight,
  bias,
]

export const shortcutBindings = ({ channels, halves }: ShortcutShape): BoundTensor[] => [
  ...channels.map((_, i) => tensorBinding(`outer${i}`, 4, halves[i])),
  tensorBinding('outerWeight', 4),
  tensorBinding('outerBias', 4),
]

/**
 * WGSL of the steps of both convolutions: `step_range`, `source_at`, `a_at` and `b_at` of a product,
 * from the `Row`, `pixel_at` and `z4` of the main one, with this filter and padding.
 */
export function shortcutStepsCode(
  shape: ShortcutShape,
  {
    filter: [kh, kw, from, to],
    pad: { top, left },
  }: {
    filter: readonly [number, number, number, number]
    pad: { top: number; left: number }
  },
): string {
  const { channels, depth } = shape
  const all = channels.reduce((sum, each) => sum + each, 0)
  // Steps of one pixel of the filter, and of all.
  const blocks = from / depth
  const main = kh * kw * blocks
  return `${shortcutBindings(shape).map(readerCode).join('\n')}
${channelsCode('outer', channels, true)}
/** Channels from \`first\` on of a pixel of the input, or of the shortcut's. */
struct Block { source: Source, first: u32, outer: bool }
fn step_range(part: u32) -> vec2u { return vec2u(0u, ${main + all / depth}u); }
fn source_at(row: Row, step: u32, part: u32) -> Block {
  if (step >= ${main}u) {
    let source = pixel_at(row.item, row.y + ${top}, row.x + ${left});
    return Block(source, (step - ${main}u) * ${depth}u, true);
  }
  let at = step / ${blocks}u;
  let source = pixel_at(row.item, row.y + i32(at / ${kw}u), row.x + i32(at % ${kw}u));
  return Block(source, step % ${blocks}u * ${depth}u, false);
}
fn a_at(block: Block, c: u32) -> vec4f {
  if (!block.outer) { return z4(block.source, block.first + c); }
  return select(vec4f(), outer_values(block.source.pixel, block.first + c), block.source.inside);
}
fn b_at(step: u32, c: u32, n: u32, part: u32) -> vec4f {
  if (step >= ${main}u) { return outerWeight_at(((step - ${main}u) * ${depth}u + c) * ${to}u + n); }
  return weight_at((step * ${depth}u + c) * ${to}u + n);
}`
}
