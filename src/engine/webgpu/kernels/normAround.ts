// The gradient of a norm beside a way around that is a convolution with a filter of one pixel: dx = dz scale + x u + v + dy W^T as
// one implicit GEMM, for which what is added becomes no tensor.
import type { TensorInfo } from '../../tf.ts'
import { tensorsOf } from '../activations.ts'
import type { Backend } from '../backend.ts'
import { isSoftware } from '../device.ts'
import type { Program } from '../program.ts'
import { bindings, bound, programOf, reader, slopeCode, within, writer } from '../wgsl.ts'
import { convInputGradient } from './convInputGradient.ts'
import type { Gemm, Tile } from './gemm.ts'
import { gemm, tileFor, tileName } from './gemm.ts'
import type { NormGradient } from './normGradient.ts'
import type { Extents, InputForm } from './normInput.ts'
import { extentsOf, formName, formOf, inFours, inputBound, inputCode, inputTensors } from './normInput.ts'
import { float32 } from './sized.ts'

export interface Around {
  /** [b, ..., d], of what came out of it. */
  dy: TensorInfo
  /** [1, 1, c, d]. */
  weight: TensorInfo
}

interface Shape {
  extents: Extents
  form: InputForm
  silu: boolean
  /** Channels of dy of the way around. */
  depth: number
}

/**
 * dx, one for each tensor of x, from the `sums` of the norm's gradient. Reads dy of the way around once for each tile of columns, all
 * else once, writes dx. Undefined where it is not for the device, which may have too few bindings, or for the channels.
 */
export function gradientsAround(
  backend: Backend,
  norm: NormGradient,
  around: Around,
  sums: TensorInfo,
  tile?: Tile,
): TensorInfo[] | undefined {
  const { x, dy, affine, silu = false } = norm
  const extents = extentsOf(x)
  const tensors = tensorsOf(x)
  const most = backend.device.limits.maxStorageBuffersPerShaderStage
  if ((!tile && isSoftware(backend.device)) || !inFours(extents) || 2 * tensors.length + 5 > most) return undefined
  const shape = { extents, form: formOf(backend, x, true), silu, depth: around.dy.shape.at(-1)! }
  const rows = extents.items * extents.pixels
  const chosen = tile ?? tileFor(backend.device, { rows, columns: extents.all, parts: 1 })
  const inputs = [...inputTensors(x, shape.form), dy, affine, sums, around.dy, around.weight]
  return backend.dispatch(
    program(shape, chosen),
    inputs,
    tensors.map((tensor) => float32(tensor.shape)),
  )
}

/** What the way around adds, as a tensor. */
export function addedAround(backend: Backend, x: NormGradient['x'], { dy, weight }: Around): TensorInfo {
  const { items, pixels, all } = extentsOf(x)
  const pixelsOf = ({ dataId, dtype }: TensorInfo, channels: number) => ({ dataId, dtype, shape: [items, 1, pixels, channels] })
  const none = { top: 0, bottom: 0, left: 0, right: 0 }
  const inputShape = [items, 1, pixels, all]
  return convInputGradient(backend, { dy: pixelsOf(dy, dy.shape.at(-1)!), weight, inputShape, stride: 1, pad: none })[0]!
}

function program(shape: Shape, tile: Tile): Program {
  const { extents, form, silu, depth } = shape
  const { items, pixels, channels } = extents
  const sizes = `${items}x${pixels}x${channels.join('+')} < ${depth}`
  const key = `norm gradient of ${formName(form)}${silu ? ' silu' : ''} around ${sizes} ${tileName(tile)}`
  return programOf(key, () => gemm(productOf(shape, tile), tile))
}

function productOf({ extents, form, silu, depth }: Shape, tile: Tile): Gemm {
  const { items, pixels, channels, all } = extents
  const [first, second] = channels as [number, number?]
  const rows = items * pixels
  const tiled = tile.shape === 'tiled'
  const outputs = channels.map((_, i) => bound(`dx${i}`, 4))
  const read = ['dy', 'affine', 'sums'].map((name) => bound(name, 4))
  const [outer, weight] = [bound('outer', depth), bound('weight', tiled ? depth : 1)]
  const code = `${bindings(outputs, [...inputBound(form), ...read, outer, weight])}
struct Sizes { all: u32, first: u32 }
const sizes = Sizes(${all}u, ${first}u);
${inputCode(form)}
${[...read, outer].map(reader).join('\n')}
${tiled ? reader(weight) : ''}
${outputs.map(writer).join('\n')}
${slopeCode(silu)}
struct Place { at: u32, inside: bool }
fn row_of(m: u32, part: u32) -> Place { return Place(m * ${depth}u, m < ${rows}u); }
fn steps_of(part: u32) -> vec2u { return vec2u(0u, 1u); }
fn place_of(row: Place, step: u32, part: u32) -> Place { return row; }
fn a_at(place: Place, k: u32) -> vec4f {
  let value = outer_at(place.at + k);
  return ${within('value', 'place.inside', 'k', depth)};
}
fn ${tiled ? 'b_at' : 'b_value'}(step: u32, k: u32, n: u32, part: u32) -> ${tiled ? 'vec4f' : 'f32'} {
  return ${tiled ? `weight_at(n * ${depth}u + k)` : `weight[n * ${depth}u + k]`};
}
fn put(m: u32, n: u32, value: vec4f, part: u32) {
  if (n >= ${all}u) { return; }
  let item = m / ${pixels}u;
  let row = 2u * item * ${all}u + n;
  let uv = (4u * item + 2u) * ${all}u + n;
  let x = x_at(m, n);
  let scale = affine_at(row);
  let dz = dz_of(dy_at(m * ${all}u + n), fma(x, scale, affine_at(row + ${all}u)));
  let dx = fma(dz, scale, fma(x, sums_at(uv), sums_at(uv + ${all}u))) + value;
  ${
    second === undefined
      ? `dx0_put(m * ${all}u + n, dx, 4u);`
      : `if (n < ${first}u) { dx0_put(m * ${first}u + n, dx, 4u); } else { dx1_put(m * ${second}u + n - ${first}u, dx, 4u); }`
  }
}`
  return { rows, columns: all, parts: 1, depth, aAlong: 'k', bAlong: 'k', code }
}
