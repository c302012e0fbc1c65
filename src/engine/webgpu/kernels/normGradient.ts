// The gradient of group normalisation, in two passes: the sums that it needs, and then dx.
import type { TensorInfo } from '../../tf.ts'
import type { Backend } from '../backend.ts'
import { bound, reader, slopeCode, writer } from '../wgsl.ts'
import type { Activations } from '../activations.ts'
import { tensorsOf } from '../activations.ts'
import { waitingSums } from '../arena.ts'
import type { Tile } from './gemm.ts'
import type { Around } from './normAround.ts'
import { addedAround, gradientsAround } from './normAround.ts'
import type { Extents, Span } from './normInput.ts'
import { extentsOf, formName, formOf, inFours, inputBound, inputCode, inputTensors, lyingOf, spanFor } from './normInput.ts'
import type { Shape } from './normSpans.ts'
import { blocksOf, forColumns, forPixels, sizesOf, spanCode, spanInFours, spanName, spanSizes, THREADS } from './normSpans.ts'
import type { WaitingSums } from './partialSums.ts'
import { float32, mainCode, runSized } from './sized.ts'

export interface NormGradient {
  x: Activations
  /** [b, ..., c], of what came out, after SiLU if there is one. */
  dy: TensorInfo
  /** As `normStatistics` made them. */
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
