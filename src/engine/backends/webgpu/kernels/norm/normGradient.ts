// Gradient of group normalisation: the sums over pixels and groups, then dx; in one dispatch if the
// spans fill the device, else in two.
import type { TensorInfo } from '../../../../base/tf.ts'
import { activationTensors } from '../../activationInput.ts'
import type { WebGPUBackend } from '../../backend.ts'
import { deferredSumsFor } from '../../gradientArena.ts'
import type { HalfStorage } from '../../halfStorage.ts'
import { describeHalves, gradientStorage, withStorage } from '../../halfStorage.ts'
import { activationGradientCode, readerCode, tensorBinding, writerCode } from '../../wgsl.ts'
import type { Extents, Span } from './normInput.ts'
import {
  activationExtents,
  chooseSpan,
  describeForm,
  inputForm,
  isVectorizable,
  normInputBindings,
  normInputCode,
  normInputTensors,
} from './normInput.ts'
import type { NormGradient } from './normGradientSums.ts'
import {
  addedCode,
  addedGradients,
  canGiveDx,
  gradientSums,
  gradientSumsOfTiles,
  storedGradients,
} from './normGradientSums.ts'
import { fusedSkipGradients, skipInputGradient } from './normSkipGradient.ts'
import { blockCount, normSizes, THREADS } from './normSpans.ts'
import type { DeferredSums } from '../elementwise/partialSums.ts'
import { dispatchSized, float32Output, mainCode } from '../elementwise/sizedKernel.ts'
import type { Tile } from '../gemm/tiles.ts'

/** What is chosen for the device by default. */
interface NormGradientChoices {
  span?: Span | undefined
  /** The tile of the product with the weight of `skipConv`. */
  tile?: Tile | undefined
  /** Computes dx in the dispatch of the sums. Not with `skipConv`. */
  atOnce?: boolean | undefined
}

interface NormGradients {
  /** One for each tensor of x. */
  dx: TensorInfo[]
  dweight: TensorInfo
  dbias: TensorInfo
  dscaleShift?: TensorInfo
  /** [b, c]. */
  dperItem?: TensorInfo
}

/**
 * Computes the gradients of a norm. With n = (x - mean) / std, y = n w + b for the weight and bias
 * of an item, and dz = dy, or dy silu'(y): dw = sum dz n, db = sum dz over the pixels, and dx = (dz
 * w - mean(dz w) - n mean(dz w n)) / std, means over a group. Reads x and dy twice, the second time
 * from the cache if the sums and dx are one dispatch, or once with `tileSums`, and writes dx.
 *
 * dweight and dbias, the sums over items, are deferred with those of other layers, or computed in
 * additional workgroups of the dispatch of dx, or take one of their own: with a scale of items,
 * where the device has too few bindings, or where dx is computed with the sums. The per-item
 * gradient is the sum of dx over the pixels, which follows from the sums without further reads.
 */
export function normGradient(
  backend: WebGPUBackend,
  norm: NormGradient,
  { span: givenSpan, tile, atOnce }: NormGradientChoices = {},
): NormGradients {
  const { x, scaled, skipConv } = norm
  if (norm.perItem && (norm.add || skipConv))
    throw new RangeError(
      'What is added to dx is no part of the gradient of what was added for every item.',
    )
  const extents = activationExtents(x)
  const span = givenSpan ?? chooseSpan(backend.device, extents, norm.groups)
  const deferred = findDeferredSums(norm)
  const reserved = deferred?.reserve([extents.items, 4, extents.all], parameterNames.length)
  const givesDx = atOnce ?? canGiveDx(backend, norm, extents, span)
  const { sums, dperItem, ...first } = norm.tileSums
    ? {
        sums: gradientSumsOfTiles(backend, norm, extents, norm.tileSums, reserved),
        dperItem: undefined,
        dx: undefined,
      }
    : gradientSums(backend, norm, extents, { span, reserved, givesDx })
  const results =
    first.dx ??
    (skipConv && fusedSkipGradients(backend, norm, skipConv, sums, tile)) ??
    inputGradients(backend, norm, extents, sums, reserved !== undefined)
  const dx = results.splice(0, activationTensors(x).length)
  if (scaled)
    results.push(...scaledGradient(backend, { ...scaled, into: norm.into }, extents, sums))
  else if (deferred && reserved) results.push(...deferParameters(deferred, norm, extents, reserved))
  else if (results.length === 0) results.push(...parameterGradients(backend, norm, extents, sums))
  backend.disposeData(sums.dataId)
  const [dweight, dbias, dscaleShift] = results as [TensorInfo, TensorInfo, TensorInfo?]
  return { dx, dweight, dbias, ...(dscaleShift && { dscaleShift }), ...(dperItem && { dperItem }) }
}

// ---- dx

/**
 * Returns dx = dz scale + x u + v of every tensor of x. Unless there is a scale of items, there are
 * too few bindings, or the parameters' gradients are deferred, dweight and dbias follow; their
 * workgroups come first.
 */
function inputGradients(
  backend: WebGPUBackend,
  norm: NormGradient,
  extents: Extents,
  sums: TensorInfo,
  isDeferred: boolean,
): TensorInfo[] {
  const { x, dy, affine, silu, skipConv, scaled } = norm
  const add = skipConv ? skipInputGradient(backend, x, skipConv) : norm.add
  const added = Object.entries(addedGradients(norm, add))
  const names = added.map(([name]) => name)
  const { items, pixels, channels, all } = extents
  const form = inputForm(backend, x, isVectorizable(extents))
  const half = gradientStorage([form.fours ? 4 : 1], norm.half ?? false)
  const stored: Record<string, HalfStorage> = {
    ...storedGradients(backend, { dy, ...Object.fromEntries(added) }, form.fours),
    ...Object.fromEntries(channels.map((_, i) => [`dx${i}`, half])),
  }
  const bind = (name: string) => tensorBinding(name, form.fours ? 4 : 1, stored[name])
  const read = ['dy', 'affine', 'sums', ...names].map(bind)
  const bindings = 2 * channels.length + read.length + parameterNames.length
  const hasBindings = bindings <= backend.device.limits.maxStorageBuffersPerShaderStage
  const sumsItems = !scaled && !isDeferred && hasBindings
  const written = [...channels.map((_, i) => `dx${i}`), ...(sumsItems ? parameterNames : [])].map(
    bind,
  )
  const parameterBlocks = sumsItems ? blockCount(Math.ceil(all / 4)) : 0
  const fours = channels.reduce((sum, c) => sum + Math.ceil(c / 4), 0)
  const options = `${silu ? ' silu' : ''}${names.map((name) => ` ${name}`).join('')}${sumsItems ? ' sums' : ''}${describeHalves(stored)}`
  const gradients = dispatchSized(backend, {
    name: `norm gradient of ${describeForm(form)}${options}`,
    sizes: normSizes(extents, parameterBlocks + blockCount(items * pixels * fours)),
    bindings: [written, [...normInputBindings(form), ...read]],
    inputs: [
      ...normInputTensors(x, form),
      withStorage(dy, stored.dy),
      affine,
      sums,
      ...added.map(([name, each]) => withStorage(each, stored[name])),
    ],
    outputs: [
      ...activationTensors(x).map(({ shape }) => ({ ...float32Output(shape), half })),
      ...(sumsItems ? parameterOutputs(norm, extents) : []),
    ],
    code: () => `${written.map(writerCode).join('\n')}
${normInputCode(form)}
${read.map(readerCode).join('\n')}
${activationGradientCode(Boolean(silu))}
${sumsItems ? parameterCode : ''}
${mainCode(THREADS, inputGradientCode(channels.length, sumsItems, names))}`,
  })
  if (add && skipConv) backend.disposeData(add.dataId)
  return gradients
}

/** Computes four channels of dx for each invocation. */
function inputGradientCode(tensors: number, sumsItems: boolean, added: readonly string[]): string {
  const parameterBlocks = sumsItems
    ? `let before = (sizes.all + ${4 * THREADS - 1}u) / ${4 * THREADS}u;
  if (group < before) { sum_items(4u * (group * ${THREADS}u + thread)); return; }`
    : 'let before = 0u;'
  const store =
    tensors === 1
      ? 'dx0_put(at, dx, sizes.all - c);'
      : `if (isFirst) { dx0_put(pixel * sizes.first + channel, dx, sizes.first - channel); }
  else { dx1_put(pixel * second + channel, dx, second - channel); }`
  return `${parameterBlocks}
  let i = (group - before) * ${THREADS}u + thread;
  let second = sizes.all - sizes.first;
  let firsts = (sizes.first + 3u) / 4u;
  let fours = firsts + (second + 3u) / 4u;
  let pixel = i / fours;
  if (pixel >= sizes.items * sizes.pixels) { return; }
  // Channels are counted over all of x (c) and within their tensor (channel).
  let isFirst = i % fours < firsts;
  let channel = 4u * (i % fours - select(firsts, 0u, isFirst));
  let c = channel + select(sizes.first, 0u, isFirst);
  let item = pixel / sizes.pixels;
  let at = pixel * sizes.all + c;
  let row = 2u * item * sizes.all + c;
  let x = x_at(pixel, c);
  let scale = affine_at(row);
  let dz = activation_gradient(dy_at(at), fma(x, scale, affine_at(row + sizes.all)));
  let uv = (4u * item + 2u) * sizes.all + c;
  let dx = fma(dz, scale, fma(x, sums_at(uv), sums_at(uv + sizes.all)))${addedCode(added)};
  ${store}`
}

// ---- dweight and dbias

const parameterNames = ['dweight', 'dbias'] as const

const parameterOutputs = ({ into }: NormGradient, { all }: Extents) =>
  parameterNames.map((name) => into?.[name] ?? float32Output([all]))

/** Returns where the sums over items can be deferred: if both gradients have slots in the arena. */
function findDeferredSums({ scaled, into = {} }: NormGradient): DeferredSums | undefined {
  const slots = parameterNames.flatMap((name) => into[name] ?? [])
  return scaled || slots.length < parameterNames.length ? undefined : deferredSumsFor(slots)
}

function deferParameters(
  deferred: DeferredSums,
  { into = {} }: NormGradient,
  { items, all }: Extents,
  sums: TensorInfo,
): TensorInfo[] {
  const sum = { columns: all, stride: all, splits: items, splitStride: 4 * all }
  const targets = [
    { to: into.dweight, from: all },
    { to: into.dbias, from: 0 },
  ].flatMap(({ to, from }) => (to ? [{ to, from }] : []))
  deferred.add(
    sums,
    targets.map((target) => ({ ...sum, ...target })),
  )
  return targets.map(({ to }) => to)
}

/** Computes dweight and dbias from the sums. */
function parameterGradients(
  backend: WebGPUBackend,
  norm: NormGradient,
  extents: Extents,
  sums: TensorInfo,
): TensorInfo[] {
  const size = isVectorizable(extents) ? 4 : 1
  const written = parameterNames.map((name) => tensorBinding(name, size))
  const read = tensorBinding('sums', size)
  return dispatchSized(backend, {
    name: `norm gradient of parameters, of ${size}`,
    sizes: normSizes(extents, blockCount(Math.ceil(extents.all / 4))),
    bindings: [written, [read]],
    inputs: [sums],
    outputs: parameterOutputs(norm, extents),
    code: () => `${written.map(writerCode).join('\n')}
${readerCode(read)}
${parameterCode}
${mainCode(THREADS, `sum_items(4u * (group * ${THREADS}u + thread));`)}`,
  })
}

/** Sums dweight and dbias of four channels over the items. */
const parameterCode = `fn sum_items(c: u32) {
  if (c >= sizes.all) { return; }
  var dw = vec4f();
  var db = vec4f();
  for (var item = 0u; item < sizes.items; item++) {
    db += sums_at(4u * item * sizes.all + c);
    dw += sums_at((4u * item + 1u) * sizes.all + c);
  }
  dweight_put(c, dw, sizes.all - c);
  dbias_put(c, db, sizes.all - c);
}`

/**
 * Returns dweight, dbias and dscaleShift with a scale s and shift t of items,
 * y = (n weight + bias) (1 + s) + t. With P = sum dz and Q = sum dz n over the pixels:
 * dweight = sum Q (1 + s), dbias = sum P (1 + s) over the items, ds = Q weight + P bias, dt = P.
 */
function scaledGradient(
  backend: WebGPUBackend,
  {
    scaleShift,
    weight,
    bias,
    into,
  }: NonNullable<NormGradient['scaled']> & Pick<NormGradient, 'into'>,
  extents: Extents,
  sums: TensorInfo,
): TensorInfo[] {
  const { items, all } = extents
  const bind = (name: string) => tensorBinding(name, all)
  const outputs = ['dweight', 'dbias', 'dscaleShift'].map(bind)
  const inputs = ['sums', 'scaleShift', 'weight', 'bias'].map(bind)
  return dispatchSized(backend, {
    name: `norm gradient of a scale, of ${all % 4 === 0 ? 4 : 1}`,
    sizes: normSizes(extents, blockCount(Math.ceil(all / 4))),
    bindings: [outputs, inputs],
    inputs: [sums, scaleShift, weight, bias],
    outputs: [
      into?.dweight ?? float32Output([all]),
      into?.dbias ?? float32Output([all]),
      float32Output([items, 2 * all]),
    ],
    code: () => `${outputs.map(writerCode).join('\n')}
${inputs.map(readerCode).join('\n')}
${mainCode(
  THREADS,
  `let c = 4u * (group * ${THREADS}u + thread);
  if (c >= sizes.all) { return; }
  let count = sizes.all - c;
  var dw = vec4f();
  var db = vec4f();
  for (var item = 0u; item < sizes.items; item++) {
    let p = sums_at(4u * item * sizes.all + c);
    let q = sums_at((4u * item + 1u) * sizes.all + c);
    let at = 2u * item * sizes.all + c;
    let s = 1.0 + scaleShift_at(at);
    dw = fma(q, s, dw);
    db = fma(p, s, db);
    dscaleShift_put(at, fma(q, weight_at(c), p * bias_at(c)), count);
    dscaleShift_put(at + sizes.all, p, count);
  }
  dweight_put(c, dw, count);
  dbias_put(c, db, count);`,
)}`,
  })
}
