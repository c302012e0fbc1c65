// Sums of the gradient of a group norm over pixels and groups; on request with dx in the same
// dispatch.
import type { TensorInfo } from '../../../../base/tf.ts'
import { activationTensors } from '../../activationInput.ts'
import type { WebGPUBackend } from '../../backend.ts'
import type { HalfStorage } from '../../halfStorage.ts'
import { describeHalves, gradientStorage, withStorage } from '../../halfStorage.ts'
import { activationGradientCode, readerCode, tensorBinding, writerCode } from '../../wgsl.ts'
import type { Extents, InputForm, Span } from './normInput.ts'
import {
  chooseGroupLayout,
  chooseSpan,
  fillsDevice,
  inputForm,
  normInputBindings,
  normInputCode,
  normInputTensors,
} from './normInput.ts'
import type { NormGradientInputs, SkipConv } from './normSkipGradient.ts'
import type { SpanShape } from './normSpans.ts'
import {
  columnLoop,
  describeSpan,
  isSpanVectorizable,
  pixelLoop,
  spanCode,
  spanSizes,
} from './normSpans.ts'
import { dispatchSized, float32Output } from '../elementwise/sizedKernel.ts'
import { reductionLanes } from '../elementwise/subgroupSums.ts'

export interface NormGradient extends NormGradientInputs {
  /** Result of `normStatistics`. */
  moments: TensorInfo
  groups: number
  /** The scale and shift of items, if there is one, with the norm's weight and bias. */
  scaled?: { scaleShift: TensorInfo; weight: TensorInfo; bias: TensorInfo }
  /** The gradient of a skip connection, [b, ..., c], added to dx. Excludes `perItem`. */
  add?: TensorInfo
  /**
   * A skip connection with a 1x1 convolution, whose gradient is added to dx. Excludes `perItem`.
   */
  skipConv?: SkipConv
  /**
   * Also computes the gradient of a tensor that was added to all pixels of an item before the norm.
   */
  perItem?: boolean
  /**
   * [b, tiles of an item, 2, c]: the sums over tiles of pixels of dz and of dz (x - mean), computed
   * with dy ({@link convGradients}). Excludes `perItem`.
   */
  tileSums?: TensorInfo | undefined
  /** Stores dx in scaled half precision, where the channels allow it. */
  half?: boolean
  /** Tensors to write gradients to; missing ones are created. */
  into?: { dweight?: TensorInfo; dbias?: TensorInfo; dperItem?: TensorInfo }
}

/** Returns the gradients that are added to dx, by their names in WGSL. */
export const addedGradients = (
  { accumulated }: NormGradient,
  add: TensorInfo | undefined,
): Record<string, TensorInfo> => ({
  ...(add && { add }),
  ...(accumulated && { so_far: accumulated }),
})

/** Adds those gradients, at element `at`. */
export const addedCode = (names: readonly string[]): string =>
  names.map((name) => ` + ${name}_at(at)`).join('')

/**
 * Returns how gradients that a kernel reads are stored, where it reads four channels at a time
 * (`fours`): those in scaled half precision by their names.
 */
export const storedGradients = (
  backend: WebGPUBackend,
  gradients: Record<string, TensorInfo>,
  fours: boolean,
): Record<string, HalfStorage> =>
  Object.fromEntries(
    Object.entries(gradients).map(([name, tensor]) => [
      name,
      fours && backend.storedGradient(tensor).half,
    ]),
  )

/** How the sums are computed. */
interface SumOptions {
  span: Span
  /** A tensor for the sums; missing, it is created. */
  reserved?: TensorInfo | undefined
  /** Also computes dx; see {@link canGiveDx}. */
  givesDx: boolean
}

interface GradientSums {
  sums: TensorInfo
  /** The sums of dx, [b, c], with `perItem`. */
  dperItem: TensorInfo | undefined
  /** dx of each tensor of x, with `givesDx`. */
  dx: TensorInfo[] | undefined
}

/**
 * Returns whether one dispatch can compute the sums and dx. Each workgroup then reads x and dy of
 * its span twice, the second time from the cache. With too few spans to fill the device, or one
 * invocation for each, a second dispatch over all pixels is faster.
 */
export function canGiveDx(
  { device: { limits } }: WebGPUBackend,
  { x, add, accumulated, perItem, skipConv, tileSums }: NormGradient,
  extents: Extents,
  { perInvocation }: Span,
): boolean {
  const bindings =
    2 * activationTensors(x).length + 4 + (add || perItem ? 1 : 0) + (accumulated ? 1 : 0)
  return (
    !skipConv &&
    !tileSums &&
    !perInvocation &&
    fillsDevice(extents) &&
    bindings <= limits.maxStorageBuffersPerShaderStage
  )
}

/**
 * Returns `sums`, [b, 4, c]: the sums over the pixels of dz and of dz n, and u and v of
 * dx = dz scale + x u + v, where scale = w / std, u = -mean(dz scale n) / std, and
 * v = -mean(dz scale) - mean u. With `perItem` also the sums of dx, [b, c].
 */
export function gradientSums(
  backend: WebGPUBackend,
  norm: NormGradient,
  extents: Extents,
  { span, reserved, givesDx }: SumOptions,
): GradientSums {
  const { x, dy, affine, moments, groups, perItem = false, into } = norm
  const { items, all } = extents
  const added = Object.entries(givesDx ? addedGradients(norm, norm.add) : {})
  const fours = isSpanVectorizable(extents, span)
  const half = gradientStorage([fours ? 4 : 1], (norm.half ?? false) && givesDx)
  const stored: Record<string, HalfStorage> = {
    ...storedGradients(backend, { dy, ...Object.fromEntries(added) }, fours),
    dx0: half,
    dx1: half,
  }
  const bind = (name: string) => tensorBinding(name, fours ? 4 : 1, stored[name])
  const form = inputForm(backend, x, fours)
  const tensors = givesDx ? activationTensors(x) : []
  const outputs = ['sums', ...(perItem ? ['sumDx'] : []), ...tensors.map((_, i) => `dx${i}`)].map(
    bind,
  )
  const read = ['dy', 'affine', ...added.map(([name]) => name)].map(bind)
  const lanes = span.perInvocation ? 1 : reductionLanes(backend.device)
  const shape = { form, span, groupLayout: chooseGroupLayout(span, all / groups), lanes }
  const options = `${norm.silu ? ' silu' : ''}${perItem ? ' per item' : ''}${added.map(([name]) => ` ${name}`).join('')}${describeHalves(stored)}`
  const [sums, ...others] = dispatchSized(backend, {
    name: `norm gradient ${givesDx ? 'at once' : 'sums'} ${describeSpan(shape)}${options}`,
    sizes: spanSizes(extents, groups, span),
    bindings: [outputs, [...normInputBindings(form), ...read, { name: 'moments', of: 'f32' }]],
    inputs: [
      ...normInputTensors(x, form),
      withStorage(dy, stored.dy),
      affine,
      ...added.map(([name, each]) => withStorage(each, stored[name])),
      moments,
    ],
    outputs: [
      reserved ?? float32Output([items, 4, all]),
      ...(perItem ? [into?.dperItem ?? float32Output([items, all])] : []),
      ...tensors.map((tensor) => ({ ...float32Output(tensor.shape), half })),
    ],
    lanes,
    code: () => `${normInputCode(form)}
${outputs.map(writerCode).join('\n')}
${read.map(readerCode).join('\n')}
${perItem ? ['sums', 'sumDx'].map(bind).map(readerCode).join('\n') : ''}
${activationGradientCode(Boolean(norm.silu))}
${givesDx ? storeDxCode(form) : ''}
${gradientSumsCode(shape, { perItem, givesDx, added: added.map(([name]) => name) })}`,
  })
  return {
    sums,
    dperItem: perItem ? others.shift() : undefined,
    dx: givesDx ? others : undefined,
  }
}

/** Returns the sums of {@link gradientSums} from those over tiles. Reads only those. */
export function gradientSumsOfTiles(
  backend: WebGPUBackend,
  { affine, moments, groups }: NormGradient,
  { items, pixels, all }: Extents,
  tileSums: TensorInfo,
  reserved: TensorInfo | undefined,
): TensorInfo {
  const tiles = tileSums.shape[1]
  const extents = { items, pixels: tiles, channels: [all], all }
  const span = chooseSpan(backend.device, extents, groups)
  const fours = isSpanVectorizable(extents, span)
  const bind = (name: string) => tensorBinding(name, fours ? 4 : 1)
  const form: InputForm = { fours, halves: [false] }
  const lanes = span.perInvocation ? 1 : reductionLanes(backend.device)
  const shape = { form, span, groupLayout: chooseGroupLayout(span, all / groups), lanes }
  const [outputs, read] = [[bind('sums')], ['tile_sums', 'affine'].map(bind)]
  return dispatchSized(backend, {
    name: `norm gradient sums of tiles of ${pixels / tiles}, ${describeSpan(shape)}`,
    sizes: spanSizes(extents, groups, span),
    bindings: [outputs, [...read, { name: 'moments', of: 'f32' }]],
    inputs: [tileSums, affine, moments],
    outputs: [reserved ?? float32Output([items, 4, all])],
    lanes,
    code: () => `${[...outputs, ...read].map(readerCode).join('\n')}
${outputs.map(writerCode).join('\n')}
${gradientSumsCode(shape, { perItem: false, givesDx: false, added: [], pixelsPerTile: pixels / tiles })}`,
  })[0]
}

/**
 * `fn dx_put(pixel: u32, c: u32, dx: vec4f, count: u32)`: writes the first `count` of four channels
 * of a pixel, which may belong to two tensors.
 */
function storeDxCode({ fours, halves }: InputForm): string {
  const store =
    halves.length === 1
      ? 'dx0_put(pixel * sizes.all + c, dx, count);'
      : fours
        ? `if (c < sizes.first) { dx0_put(pixel * sizes.first + c, dx, count); }
  else { dx1_put(pixel * (sizes.all - sizes.first) + c - sizes.first, dx, count); }`
        : `for (var e = 0u; e < min(count, 4u); e++) {
    let channel = c + e;
    if (channel < sizes.first) { dx0[pixel * sizes.first + channel] = dx[e]; }
    else { dx1[pixel * (sizes.all - sizes.first) + channel - sizes.first] = dx[e]; }
  }`
  return `fn dx_put(pixel: u32, c: u32, dx: vec4f, count: u32) {
  ${store}
}`
}

/**
 * The moments of the groups of four channels: row 0 has the means, row 1 the inverse deviations.
 */
const groupMomentsCode = (row: number) => {
  const moments = [0, 1, 2, 3].map(
    (e) => `moments[(2u * item + ${row}u) * sizes.groups + (channel + ${e}u) / sizes.size]`,
  )
  return `vec4f(${moments.join(', ')})`
}

interface SumsCode {
  perItem: boolean
  givesDx: boolean
  added: readonly string[]
  /** Sums over tiles of as many pixels are added, in place of pixels. */
  pixelsPerTile?: number
}

/**
 * The sum of dx of a channel is scale sum dz + u sum (x - mean) - pixels mean(dz scale); x is
 * centred as it is summed. Sums over pixels are stored in the outputs, where the same invocation
 * reads them again.
 */
function gradientSumsCode(
  shape: SpanShape,
  { perItem, givesDx, added, pixelsPerTile }: SumsCode,
): string {
  const count = `sizes.pixels * sizes.size${pixelsPerTile === undefined ? '' : ` * ${pixelsPerTile}u`}`
  const mean = (values: string) => `sum_groups(t, ${values}) / f32(${count})`
  const storeSums = `let to = (4u * item + 2u) * sizes.all + first + c;
    sums_put(to, u, end - c);
    sums_put(to + sizes.all, v, end - c);
    ${perItem ? perItemSumsCode : ''}`
  return `fn mean_at(item: u32, channel: u32) -> vec4f { return ${groupMomentsCode(0)}; }
fn inverse_at(item: u32, channel: u32) -> vec4f { return ${groupMomentsCode(1)}; }
${spanCode(
  shape,
  `var sum = vec4f();
  var slope = vec4f();
  ${columnLoop(shape, pixelSumsCode(shape, perItem, pixelsPerTile !== undefined), true)}
  let meanDz = ${mean('sum')};
  let meanDzN = ${mean('slope')};
  ${givesDx ? '' : 'if (row > 0u) { return; }'}
  ${columnLoop(
    shape,
    `let u = -inverse_at(item, first + c) * meanDzN;
    let v = -fma(mean_at(item, first + c), u, meanDz);
    ${givesDx ? `if (row == 0u) { ${storeSums} }\n    ${pixelGradientsCode(shape, added)}` : storeSums}`,
  )}`,
)}`
}

/** Computes dx of four channels of the pixels of a row, with the expressions of the sums. */
const pixelGradientsCode = (
  shape: SpanShape,
  added: readonly string[],
) => `let begin = 2u * item * sizes.all + first + c;
    let scale = affine_at(begin);
    let shift = affine_at(begin + sizes.all);
    ${pixelLoop(
      shape,
      `let at = pixel * sizes.all + first + c;
      let x = x_at(pixel, first + c);
      let dz = activation_gradient(dy_at(at), fma(x, scale, shift));
      let dx = fma(dz, scale, fma(x, u, v))${addedCode(added)};
      dx_put(pixel, first + c, dx, end - c);`,
    )}`

/** Sums dz and dz n of four channels over the pixels, and with `perItem` x - mean. */
const pixelSumsCode = (
  shape: SpanShape,
  perItem: boolean,
  ofTiles: boolean,
) => `let at = 2u * item * sizes.all + first + c;
    let scale = affine_at(at);
    let shift = affine_at(at + sizes.all);
    let mean = mean_at(item, first + c);
    var sumDz = vec4f();
    var sumDzN = vec4f();
    ${perItem ? 'var sumX = vec4f();' : ''}
    ${pixelLoop(
      shape,
      ofTiles
        ? `let at = 2u * pixel * sizes.all + first + c;
      sumDz += within(tile_sums_at(at), c, end);
      sumDzN += within(tile_sums_at(at + sizes.all), c, end);`
        : `let x = x_at(pixel, first + c);
      let dz = within(
        activation_gradient(dy_at(pixel * sizes.all + first + c), fma(x, scale, shift)), c, end);
      let centred = within(x - mean, c, end);
      sumDz += dz;
      sumDzN = fma(dz, centred, sumDzN);
      ${perItem ? 'sumX += centred;' : ''}`,
    )}
    sumDz = sum_rows(t, sumDz);
    sumDzN = sum_rows(t, sumDzN) * within(inverse_at(item, first + c), c, end);
    ${perItem ? 'sumX = sum_rows(t, sumX);' : ''}
    if (row == 0u && c < end) {
      let to = 4u * item * sizes.all + first + c;
      sums_put(to, sumDz, end - c);
      sums_put(to + sizes.all, sumDzN, end - c);
      ${perItem ? 'sumDx_put(item * sizes.all + first + c, sumX, end - c);' : ''}
    }
    sum += within(scale * sumDz, c, end);
    slope += within(scale * sumDzN, c, end);`

/** Computes the sums of dx from those of dz and x - mean, which it reads from the outputs. */
const perItemSumsCode = `let offset = item * sizes.all + first + c;
    let scaledDz =
      affine_at(2u * item * sizes.all + first + c) * sums_at(4u * item * sizes.all + first + c);
    sumDx_put(
      offset, fma(u, sumDx_at(offset), fma(vec4f(f32(sizes.pixels)), -meanDz, scaledDz)), end - c);`
