// Group normalisation as its statistics and an affine map of every item and channel, so that what comes next (a convolution, a
// linear layer) can normalise what it reads; and its gradient, in two passes.
import type { TensorInfo } from '../../tf.ts'
import type { Backend } from '../backend.ts'
import { bound, reader, silu, slopeCode, writer } from '../wgsl.ts'
import type { Activations } from '../activations.ts'
import { tensorsOf } from '../activations.ts'
import { waitingSums } from '../arena.ts'
import type { Tile } from './gemm.ts'
import type { Around } from './normAround.ts'
import { addedAround, gradientsAround } from './normAround.ts'
import type { Extents, InputForm, Lying, Span } from './normInput.ts'
import {
  extentsOf,
  formName,
  formOf,
  inFours,
  inputBound,
  inputCode,
  inputTensors,
  lyingOf,
  spanFor,
  sumsCode,
} from './normInput.ts'
import type { WaitingSums } from './partialSums.ts'
import { float32, mainCode, runSized } from './sized.ts'

export interface NormStatistics {
  /** [b, ..., c], or two of them: their channels follow each other. */
  x: Activations
  groups: number
  /** Added to the variance. */
  eps: number
  /** [c]. */
  weight: TensorInfo
  /** [c]. */
  bias: TensorInfo
  /** [b, 2 c]: y becomes y (1 + scaleShift[:, :c]) + scaleShift[:, c:]. */
  scaleShift?: TensorInfo
}

/**
 * Normalisation of groups of channels as `affine`, [b, 2, c]: y = x affine[:, 0] + affine[:, 1]; and `moments`, [b, 2, groups]:
 * the mean of every group and 1 / sqrt(variance + eps), corrected for what rounding did to the mean (Chan et al. 1983). Reads x
 * twice, the second time what was read just before. The groups have to divide the channels.
 */
export function normStatistics(
  backend: Backend,
  norm: NormStatistics,
  given?: Span,
): { affine: TensorInfo; moments: TensorInfo } {
  const { x, groups, eps, weight, bias, scaleShift } = norm
  const extents = extentsOf(x)
  const { items, all } = extents
  const span = given ?? spanFor(backend.device, extents, groups)
  const fours = spanInFours(extents, span)
  const form = formOf(backend, x, fours)
  const perChannel = ['weight', 'bias', ...(scaleShift ? ['scaleShift'] : [])].map((name) => bound(name, fours ? 4 : 1))
  const shape = { form, span, lying: lyingOf(span, all / groups) }
  const [affine, moments] = runSized(backend, {
    name: `norm statistics ${spanName(shape)} eps ${eps}${scaleShift ? ' scaled' : ''}`,
    sizes: spanSizes(extents, groups, span),
    bound: [
      [bound('affine', fours ? 4 : 1), { name: 'moments', of: 'f32' }],
      [...inputBound(form), ...perChannel],
    ],
    inputs: [...inputTensors(x, form), weight, bias, ...(scaleShift ? [scaleShift] : [])],
    outputs: [float32([items, 2, all]), float32([items, 2, groups])],
    code: () => `${inputCode(form)}
${writer(bound('affine', fours ? 4 : 1))}
${perChannel.map(reader).join('\n')}
${statisticsCode(shape, eps, Boolean(scaleShift))}`,
  })
  return { affine: affine!, moments: moments! }
}

function statisticsCode(shape: Shape, eps: number, scaled: boolean): string {
  const mean = (values: string) => `over_group(t, over_rows(t, ${values})) / f32(sizes.pixels * sizes.size)`
  return spanCode(
    shape,
    `var sum = vec4f();
  ${forColumns(shape, forPixels(shape, 'sum += within(x_at(pixel, first + c), c, end);'))}
  let rough = ${mean('sum')};
  sum = vec4f();
  var squares = vec4f();
  ${forColumns(
    shape,
    forPixels(
      shape,
      `let centred = within(x_at(pixel, first + c) - rough, c, end);
      sum += centred;
      squares = fma(centred, centred, squares);`,
    ),
  )}
  // What the first sum lost to rounding is in the second one.
  let rest = ${mean('sum')};
  let mean = rough + rest;
  let inverse = 1.0 / sqrt(max(${mean('squares')} - rest * rest, vec4f()) + ${eps});
  if (row > 0u) { return; }
  // A number by itself is its mean, of which x scale + shift would leave the rounding.
  let alone = sizes.pixels * sizes.size == 1u;
  ${forColumns(
    shape,
    `var scale = select(weight_at(first + c) * inverse, vec4f(), alone);
    var shift = bias_at(first + c) - mean * scale;
    let at = 2u * item * sizes.all + first + c;
    ${scaled ? 'let s = 1.0 + scaleShift_at(at); scale *= s; shift = fma(shift, s, scaleShift_at(at + sizes.all));' : ''}
    affine_put(at, scale, end - c);
    affine_put(at + sizes.all, shift, end - c);
    for (var e = 0u; e < min(4u, end - c); e++) {
      if ((first + c + e) % sizes.size == 0u) {
        let g = 2u * item * sizes.groups + (first + c + e) / sizes.size;
        moments[g] = mean[e];
        moments[g + sizes.groups] = inverse[e];
      }
    }`,
  )}`,
  )
}

// ---- the gradient

export interface NormGradient {
  x: Activations
  /** [b, ..., c], of what came out, after SiLU if there is one. */
  dy: TensorInfo
  /** As {@link normStatistics} made them. */
  affine: TensorInfo
  moments: TensorInfo
  groups: number
  silu?: boolean
  /** What the norm was scaled by, if it was, with its weight and bias. */
  scaled?: { scaleShift: TensorInfo; weight: TensorInfo; bias: TensorInfo }
  /** [b, ..., c], added to dx: the gradient of a way around. Neither it nor `around` with `perItem`. */
  add?: TensorInfo
  /** The same of a way around that is a convolution with a filter of one pixel: from it comes what is added. */
  around?: Around
  /** Whether the gradient of what was added to x for every item, the same to all its pixels, is wanted. */
  perItem?: boolean
  /** Tensors that gradients are written into, where they are not to be new ones. */
  into?: { dweight?: TensorInfo; dbias?: TensorInfo; dperItem?: TensorInfo }
}

interface NormGradients {
  /** One for each tensor of x. */
  dx: TensorInfo[]
  dweight: TensorInfo
  dbias: TensorInfo
  dscaleShift?: TensorInfo
  /** [b, c], if it is wanted. */
  dperItem?: TensorInfo
}

/**
 * With n = (x - mean) / std, y = n w + b for the weight and bias that hold for an item, and dz = dy, or dy silu'(y):
 * dw = sum dz n, db = sum dz over the pixels, and dx = (dz w - mean(dz w) - n mean(dz w n)) / std, means over a group.
 * The sums are one dispatch, dx another, with the sums over the items in workgroups of their own, or later with those of other
 * layers; a scale of items is one more, and so are the sums where a device has too few bindings. Reads x and dy twice, writes dx. The gradient of what was added for every item is the sum of dx
 * over the pixels, which follows from the sums: nothing is read for it.
 */
export function normGradient(backend: Backend, norm: NormGradient, given?: Span, tile?: Tile): NormGradients {
  const { x, scaled, around } = norm
  if (norm.perItem && (norm.add || around))
    throw new RangeError('What is added to dx is no part of the gradient of what was added for every item.')
  const extents = extentsOf(x)
  const span = given ?? spanFor(backend.device, extents, norm.groups)
  const waiting = waitingFor(norm)
  const room = waiting?.make([extents.items, 4, extents.all], PARAMETERS.length)
  const [sums, dperItem] = gradientSums(backend, norm, extents, span, room) as [TensorInfo, TensorInfo?]
  const found =
    (around && gradientsAround(backend, norm, around, sums, tile)) ??
    inputGradients(backend, norm, extents, sums, room !== undefined)
  const dx = found.splice(0, tensorsOf(x).length)
  if (scaled) found.push(...scaledGradient(backend, { ...scaled, into: norm.into }, extents, sums))
  else if (room) found.push(...parametersLater(waiting!, norm, extents, room))
  else if (found.length === 0) found.push(...parameterGradients(backend, norm, extents, sums))
  backend.disposeData(sums.dataId)
  const [dweight, dbias, dscaleShift] = found as [TensorInfo, TensorInfo, TensorInfo?]
  return { dx, dweight, dbias, ...(dscaleShift && { dscaleShift }), ...(dperItem && { dperItem }) }
}

/**
 * `sums`, [b, 4, c]: the sums over the pixels of dz and of dz n, and u and v of dx = dz scale + x u + v, with
 * scale = w / std: u = -mean(dz scale n) / std, v = -mean(dz scale) - mean u. And, if wanted, the sums of dx, [b, c].
 */
function gradientSums(backend: Backend, norm: NormGradient, extents: Extents, span: Span, room?: TensorInfo): TensorInfo[] {
  const { x, dy, affine, moments, groups, perItem = false, into } = norm
  const fours = spanInFours(extents, span)
  const outputs = ['sums', ...(perItem ? ['ofDx'] : [])].map((name) => bound(name, fours ? 4 : 1))
  const read = ['dy', 'affine'].map((name) => bound(name, fours ? 4 : 1))
  const form = formOf(backend, x, fours)
  const shape = { form, span, lying: lyingOf(span, extents.all / groups) }
  return runSized(backend, {
    name: `norm gradient sums ${spanName(shape)}${norm.silu ? ' silu' : ''}${perItem ? ' per item' : ''}`,
    sizes: spanSizes(extents, groups, span),
    bound: [outputs, [...inputBound(form), ...read, { name: 'moments', of: 'f32' }]],
    inputs: [...inputTensors(x, form), dy, affine, moments],
    outputs: [
      room ?? float32([extents.items, 4, extents.all]),
      ...(perItem ? [into?.dperItem ?? float32([extents.items, extents.all])] : []),
    ],
    code: () => `${inputCode(form)}
${outputs.map(writer).join('\n')}
${read.map(reader).join('\n')}
${perItem ? outputs.map(reader).join('\n') : ''}
${slopeCode(Boolean(norm.silu))}
${gradientSumsCode(shape, perItem)}`,
  })
}

/**
 * The sum of dx of a channel is scale sum dz + u sum (x - mean) - pixels mean(dz scale): x is centred as it is summed. What is
 * summed over pixels waits in the outputs, where an invocation reads again what it has written itself.
 */
function gradientSumsCode(shape: Shape, perItem: boolean): string {
  const mean = (values: string) => `over_group(t, ${values}) / f32(sizes.pixels * sizes.size)`
  const ofGroup = (row: number) => {
    const each = [0, 1, 2, 3].map((e) => `moments[(2u * item + ${row}u) * sizes.groups + (channel + ${e}u) / sizes.size]`)
    return `vec4f(${each.join(', ')})`
  }
  return `fn mean_at(item: u32, channel: u32) -> vec4f { return ${ofGroup(0)}; }
fn inverse_at(item: u32, channel: u32) -> vec4f { return ${ofGroup(1)}; }
${spanCode(
  shape,
  `var sum = vec4f();
  var slope = vec4f();
  ${forColumns(
    shape,
    `let at = 2u * item * sizes.all + first + c;
    let scale = affine_at(at);
    let shift = affine_at(at + sizes.all);
    let mean = mean_at(item, first + c);
    var ofDz = vec4f();
    var ofDzN = vec4f();
    ${perItem ? 'var ofX = vec4f();' : ''}
    ${forPixels(
      shape,
      `let x = x_at(pixel, first + c);
      let dz = within(dz_of(dy_at(pixel * sizes.all + first + c), fma(x, scale, shift)), c, end);
      let centred = within(x - mean, c, end);
      ofDz += dz;
      ofDzN = fma(dz, centred, ofDzN);
      ${perItem ? 'ofX += centred;' : ''}`,
    )}
    ofDz = over_rows(t, ofDz);
    ofDzN = over_rows(t, ofDzN) * within(inverse_at(item, first + c), c, end);
    ${perItem ? 'ofX = over_rows(t, ofX);' : ''}
    if (row == 0u && c < end) {
      let to = 4u * item * sizes.all + first + c;
      sums_put(to, ofDz, end - c);
      sums_put(to + sizes.all, ofDzN, end - c);
      ${perItem ? 'ofDx_put(item * sizes.all + first + c, ofX, end - c);' : ''}
    }
    sum += within(scale * ofDz, c, end);
    slope += within(scale * ofDzN, c, end);`,
    true,
  )}
  let meanDz = ${mean('sum')};
  let meanDzN = ${mean('slope')};
  if (row > 0u) { return; }
  ${forColumns(
    shape,
    `let u = -inverse_at(item, first + c) * meanDzN;
    let to = (4u * item + 2u) * sizes.all + first + c;
    sums_put(to, u, end - c);
    sums_put(to + sizes.all, -fma(mean_at(item, first + c), u, meanDz), end - c);
    ${perItem ? sumsOfDx : ''}`,
  )}`,
)}`
}

const sumsOfDx = `let own = item * sizes.all + first + c;
    let ofDz = affine_at(2u * item * sizes.all + first + c) * sums_at(4u * item * sizes.all + first + c);
    ofDx_put(own, fma(u, ofDx_at(own), fma(vec4f(f32(sizes.pixels)), -meanDz, ofDz)), end - c);`

const THREADS = 64

/**
 * dx = dz scale + x u + v of every tensor of x, four channels an invocation; and in workgroups before these dweight and dbias, unless
 * there is a scale of items, too few bindings, or they are summed up later.
 */
function inputGradients(
  backend: Backend,
  norm: NormGradient,
  extents: Extents,
  sums: TensorInfo,
  isLater: boolean,
): TensorInfo[] {
  const { x, dy, affine, silu: activated, around, scaled } = norm
  const add = around ? addedAround(backend, x, around) : norm.add
  const { items, pixels, channels, all } = extents
  const form = formOf(backend, x, inFours(extents))
  const size = form.fours ? 4 : 1
  const read = ['dy', 'affine', 'sums', ...(add ? ['add'] : [])].map((name) => bound(name, size))
  const bindings = 2 * channels.length + read.length + PARAMETERS.length
  const alsoSums = !scaled && !isLater && bindings <= backend.device.limits.maxStorageBuffersPerShaderStage
  const written = [...channels.map((_, i) => `dx${i}`), ...(alsoSums ? PARAMETERS : [])].map((name) => bound(name, size))
  const before = alsoSums ? blocksOf(Math.ceil(all / 4)) : 0
  const fours = channels.reduce((sum, c) => sum + Math.ceil(c / 4), 0)
  const found = runSized(backend, {
    name: `norm gradient of ${formName(form)}${activated ? ' silu' : ''}${add ? ' add' : ''}${alsoSums ? ' sums' : ''}`,
    sizes: sizesOf(extents, before + blocksOf(items * pixels * fours)),
    bound: [written, [...inputBound(form), ...read]],
    inputs: [...inputTensors(x, form), dy, affine, sums, ...(add ? [add] : [])],
    outputs: [...tensorsOf(x).map(({ shape }) => float32(shape)), ...(alsoSums ? parametersFor(norm, extents) : [])],
    code: () => `${written.map(writer).join('\n')}
${inputCode(form)}
${read.map(reader).join('\n')}
${slopeCode(Boolean(activated))}
${alsoSums ? parameterCode : ''}
${mainCode(
  THREADS,
  `${alsoSums ? `let before = (sizes.all + ${4 * THREADS - 1}u) / ${4 * THREADS}u;` : 'let before = 0u;'}
  ${alsoSums ? `if (group < before) { sum_items(4u * (group * ${THREADS}u + thread)); return; }` : ''}
  let i = (group - before) * ${THREADS}u + thread;
  let second = sizes.all - sizes.first;
  let firsts = (sizes.first + 3u) / 4u;
  let fours = firsts + (second + 3u) / 4u;
  let pixel = i / fours;
  if (pixel >= sizes.items * sizes.pixels) { return; }
  // Channels are counted in all of x, and in the tensor that they are of.
  let isFirst = i % fours < firsts;
  let own = 4u * (i % fours - select(firsts, 0u, isFirst));
  let c = own + select(sizes.first, 0u, isFirst);
  let item = pixel / sizes.pixels;
  let at = pixel * sizes.all + c;
  let row = 2u * item * sizes.all + c;
  let x = x_at(pixel, c);
  let scale = affine_at(row);
  let dz = dz_of(dy_at(at), fma(x, scale, affine_at(row + sizes.all)));
  let uv = (4u * item + 2u) * sizes.all + c;
  let dx = fma(dz, scale, fma(x, sums_at(uv), sums_at(uv + sizes.all)))${add ? ' + add_at(at)' : ''};
  ${
    channels.length === 1
      ? 'dx0_put(at, dx, sizes.all - c);'
      : `if (isFirst) { dx0_put(pixel * sizes.first + own, dx, sizes.first - own); }
  else { dx1_put(pixel * second + own, dx, second - own); }`
  }`,
)}`,
  })
  if (around) backend.disposeData(add!.dataId)
  return found
}

const PARAMETERS = ['dweight', 'dbias'] as const

const parametersFor = ({ into }: NormGradient, { all }: Extents) => PARAMETERS.map((name) => into?.[name] ?? float32([all]))

/** Where dweight and dbias are summed up with those of other layers, if they are written into the gradient of all weights. */
function waitingFor({ scaled, into = {} }: NormGradient): WaitingSums | undefined {
  const homes = PARAMETERS.flatMap((name) => into[name] ?? [])
  return scaled || homes.length < PARAMETERS.length ? undefined : waitingSums(homes)
}

function parametersLater(waiting: WaitingSums, norm: NormGradient, extents: Extents, sums: TensorInfo): TensorInfo[] {
  const { items, all } = extents
  const [dweight, dbias] = [norm.into!.dweight!, norm.into!.dbias!]
  const sum = { columns: all, stride: all, splits: items, apart: 4 * all }
  waiting.add(sums, [
    { ...sum, to: dweight, from: all },
    { ...sum, to: dbias, from: 0 },
  ])
  return [dweight, dbias]
}

/** dweight and dbias, from the sums. */
function parameterGradients(backend: Backend, norm: NormGradient, extents: Extents, sums: TensorInfo): TensorInfo[] {
  const size = inFours(extents) ? 4 : 1
  const [written, read] = [PARAMETERS.map((name) => bound(name, size)), bound('sums', size)]
  return runSized(backend, {
    name: `norm gradient of parameters, of ${size}`,
    sizes: sizesOf(extents, blocksOf(Math.ceil(extents.all / 4))),
    bound: [written, [read]],
    inputs: [sums],
    outputs: parametersFor(norm, extents),
    code: () => `${written.map(writer).join('\n')}
${reader(read)}
${parameterCode}
${mainCode(THREADS, `sum_items(4u * (group * ${THREADS}u + thread));`)}`,
  })
}

/** Workgroups of so many invocations. */
const blocksOf = (invocations: number) => Math.ceil(invocations / THREADS)

/** dweight and dbias of four channels. */
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
 * With a scale and shift of items, y = (n weight + bias) (1 + s) + t, and P = sum dz, Q = sum dz n over the pixels:
 * dweight = sum Q (1 + s), dbias = sum P (1 + s) over the items, ds = Q weight + P bias, dt = P.
 */
function scaledGradient(
  backend: Backend,
  { scaleShift, weight, bias, into }: NonNullable<NormGradient['scaled']> & Pick<NormGradient, 'into'>,
  extents: Extents,
  sums: TensorInfo,
): TensorInfo[] {
  const { items, all } = extents
  const outputs = ['dweight', 'dbias', 'dscaleShift'].map((name) => bound(name, all))
  const inputs = ['sums', 'scaleShift', 'weight', 'bias'].map((name) => bound(name, all))
  return runSized(backend, {
    name: `norm gradient of a scale, of ${all % 4 === 0 ? 4 : 1}`,
    sizes: sizesOf(extents, blocksOf(Math.ceil(all / 4))),
    bound: [outputs, inputs],
    inputs: [sums, scaleShift, weight, bias],
    outputs: [into?.dweight ?? float32([all]), into?.dbias ?? float32([all]), float32([items, 2 * all])],
    code: () => `${outputs.map(writer).join('\n')}
${inputs.map(reader).join('\n')}
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

// ---- y, for what cannot normalise what it reads

/** y = x affine[:, 0] + affine[:, 1], then SiLU if wished, as one tensor [b, ..., c], of halves if wished. Reads x, writes y. */
export function affineApply(
  backend: Backend,
  { x, affine, silu: activated = false, half = false }: { x: Activations; affine: TensorInfo; silu?: boolean; half?: boolean },
): TensorInfo {
  const extents = extentsOf(x)
  const { items, pixels, all } = extents
  const fours = inFours(extents)
  const form = formOf(backend, x, fours)
  const [y, read] = [bound('y', fours ? 4 : 1, half), bound('affine', fours ? 4 : 1)]
  return runSized(backend, {
    name: `norm apply to ${formName(form)}${activated ? ' silu' : ''}${half ? ' to half' : ''}`,
    sizes: sizesOf(extents, blocksOf(items * pixels * Math.ceil(all / 4))),
    bound: [[y], [...inputBound(form), read]],
    inputs: [...inputTensors(x, form), affine],
    outputs: [{ ...float32([...tensorsOf(x)[0]!.shape.slice(0, -1), all]), half }],
    code: () => `${inputCode(form)}
${writer(y)}
${reader(read)}
${activated ? silu : ''}
${mainCode(
  THREADS,
  `let i = group * ${THREADS}u + thread;
  let fours = (sizes.all + 3u) / 4u;
  let c = 4u * (i % fours);
  let pixel = i / fours;
  if (pixel >= sizes.items * sizes.pixels) { return; }
  let row = 2u * (pixel / sizes.pixels) * sizes.all + c;
  let z = fma(x_at(pixel, c), affine_at(row), affine_at(row + sizes.all));
  y_put(pixel * sizes.all + c, ${activated ? 'silu(z)' : 'z'}, sizes.all - c);`,
)}`,
  })[0]!
}

// ---- sizes

/**
 * `first` is of the channels of the first tensor, `size` of those of a group, `span` of those of a span, `spans` of the spans of an
 * item.
 */
const sizesOf = ({ items, pixels, all, channels }: Extents, count: number) => ({
  count,
  items,
  pixels,
  all,
  first: channels[0]!,
  groups: 1,
  size: all,
  span: all,
  spans: 1,
})

// ---- kernels over spans

/** What the code of a kernel over spans depends on. */
interface Shape {
  form: InputForm
  span: Span
  lying: Lying
}

/** Whether all that a span reads begins at a multiple of four. */
const spanInFours = (extents: Extents, span: Span) => inFours(extents) && span.channels % 4 === 0

const spanName = ({ form, span: { lanes, rows, alone, channels }, lying }: Shape) =>
  `of ${formName(form)}, ${alone ? 'alone' : `${lanes}x${rows} for ${Math.ceil(channels / 4)}`}, groups ${lying}`

/** Invocations of a workgroup where each has a span of its own: few, so that there are enough workgroups for all cores. */
const ALONE = 8

function spanSizes(extents: Extents, groups: number, { alone, channels }: Span) {
  const spans = Math.ceil(extents.all / channels)
  const count = extents.items * spans
  const sizes = sizesOf(extents, alone ? Math.ceil(count / ALONE) : count)
  return { ...sizes, groups, size: extents.all / groups, span: channels, spans }
}

/**
 * A kernel over spans. Of a span the body has its `item`, the `first` of its channels and the `end` of them, counted from it; of
 * an invocation its `lane` and `row`; and the sums, and `within(value: vec4f, c: u32, end: u32) -> vec4f`, 0 for channels that
 * are not of the span.
 */
function spanCode({ span: { alone, lanes, rows }, span, lying }: Shape, body: string): string {
  return `${sumsCode(span, lying)}
fn within(value: vec4f, c: u32, end: u32) -> vec4f {
  return select(vec4f(), value, vec4u(c, c + 1u, c + 2u, c + 3u) < vec4u(end));
}
${mainCode(
  alone ? ALONE : lanes * rows,
  `${
    alone
      ? `let t = 0u;
  let span = group * ${ALONE}u + thread;
  if (span >= sizes.items * sizes.spans) { return; }`
      : `let t = thread;
  let span = group;`
  }
  let item = span / sizes.spans;
  let first = span % sizes.spans * sizes.span;
  let end = min(sizes.span, sizes.all - first);
  let lane = t % ${lanes}u;
  let row = t / ${lanes}u;
  ${body}`,
)}`
}

/** For each four channels of a lane: `c`, counted from the first of the span. With sums over rows in it, all lanes come along. */
function forColumns({ span: { channels, lanes, alone } }: Shape, body: string, together = false): string {
  const columns = alone ? '(sizes.span + 3u) / 4u' : `${Math.ceil(Math.ceil(channels / 4) / lanes)}u`
  return `for (var k = 0u; k < ${columns}; k++) {
    let c = 4u * (k * ${lanes}u + lane);
    ${together ? '' : 'if (c >= end) { break; }'}
    ${body}
  }`
}

/** For each pixel of a row: `pixel`, counted over all items. */
const forPixels = ({ span: { rows } }: Shape, body: string) =>
  `for (var p = row; p < sizes.pixels; p += ${rows}u) {
      let pixel = item * sizes.pixels + p;
      ${body}
    }`
