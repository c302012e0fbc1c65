// Group normalisation as its statistics and an affine map of every item and channel, so that what comes next (a convolution, a
// linear layer) can normalise what it reads; and its gradient, in two passes.
import type { TensorInfo } from '../../tf.ts'
import type { Backend } from '../backend.ts'
import type { Program } from '../program.ts'
import { bindings, bound, programOf, reader, silu, workgroups, writer } from '../wgsl.ts'
import type { Activations, Extents, Span } from './normInput.ts'
import { extentsName, extentsOf, inFours, inputBound, inputCode, spanFor, spanName, sumsCode, tensorsOf } from './normInput.ts'

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

/** All that a kernel over spans is written for. */
interface Shape {
  extents: Extents
  groups: number
  span: Span
}

const float32 = (shape: readonly number[]) => ({ shape, dtype: 'float32' }) as const

/**
 * Normalisation of groups of channels as `affine`, [b, 2, c]: y = x affine[:, 0] + affine[:, 1]; and `moments`, [b, 2, groups]:
 * the mean of every group and 1 / sqrt(variance + eps), corrected for what rounding did to the mean (Chan et al. 1983). Reads x
 * twice, the second time what was read just before. Throws if the groups do not divide the channels.
 */
export function normStatistics(backend: Backend, norm: NormStatistics, span?: Span): { affine: TensorInfo; moments: TensorInfo } {
  const { x, groups, eps, weight, bias, scaleShift } = norm
  const extents = extentsOf(x)
  const { items, all } = extents
  const shape = { extents, groups, span: span ?? spanFor(backend.device, extents, groups) }
  const inputs = [...tensorsOf(x), weight, bias, ...(scaleShift ? [scaleShift] : [])]
  const outputs = [float32([items, 2, all]), float32([items, 2, groups])]
  const [affine, moments] = backend.dispatch(statistics(shape, eps, Boolean(scaleShift)), inputs, outputs)
  return { affine: affine!, moments: moments! }
}

const statistics = (shape: Shape, eps: number, scaled: boolean): Program =>
  programOf(`norm statistics ${shapeName(shape)} eps ${eps}${scaled ? ' scaled' : ''}`, () => {
    const { extents, groups } = shape
    const { all } = extents
    const fours = spanInFours(shape)
    const size = fours ? 4 : 1
    const affine = bound('affine', size)
    const perChannel = ['weight', 'bias', ...(scaled ? ['scaleShift'] : [])].map((name) => bound(name, size))
    const mean = (values: string) => `over_group(t, over_rows(t, ${values})) * ${1 / (extents.pixels * (all / groups))}`
    const code = `${bindings([affine, { name: 'moments', of: 'f32' }], [...inputBound(extents, fours), ...perChannel])}
${inputCode(extents, fours)}
${writer(affine)}
${perChannel.map(reader).join('\n')}
${spanCode(shape)}
${mainOf(
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
  ${forColumns(
    shape,
    `var scale = weight_at(first + c) * inverse;
    var shift = bias_at(first + c) - mean * scale;
    let at = 2u * item * ${all}u + first + c;
    ${scaled ? `let s = 1.0 + scaleShift_at(at); scale *= s; shift = fma(shift, s, scaleShift_at(at + ${all}u));` : ''}
    affine_put(at, scale, end - c);
    affine_put(at + ${all}u, shift, end - c);
    for (var e = 0u; e < min(4u, end - c); e++) {
      if ((first + c + e) % ${all / groups}u == 0u) {
        let g = 2u * item * ${groups}u + (first + c + e) / ${all / groups}u;
        moments[g] = mean[e];
        moments[g + ${groups}u] = inverse[e];
      }
    }`,
  )}`,
)}`
    return { code, workgroups: gridOf(shape).workgroups }
  })

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
  /** [b, ..., c], added to dx: the gradient of a way around. */
  add?: TensorInfo
}

interface NormGradients {
  /** One for each tensor of x. */
  dx: TensorInfo[]
  dweight: TensorInfo
  dbias: TensorInfo
  dscaleShift?: TensorInfo
}

/**
 * With n = (x - mean) / std, y = n w + b for the weight and bias that hold for an item, and dz = dy, or dy silu'(y):
 * dw = sum dz n, db = sum dz over the pixels, and dx = (dz w - mean(dz w) - n mean(dz w n)) / std, means over a group.
 * The sums are one dispatch, dx another, with the sums over the items in workgroups of their own; a second tensor of x, or a
 * scale of items, is one more. Reads x and dy twice, writes dx.
 */
export function normGradient(backend: Backend, norm: NormGradient, span?: Span): NormGradients {
  const { x, dy, affine, moments, groups, scaled, add } = norm
  const extents = extentsOf(x)
  const { items, all, channels } = extents
  const shape = { extents, groups, span: span ?? spanFor(backend.device, extents, groups) }
  const tensors = tensorsOf(x)
  const [sums] = backend.dispatch(
    gradientSums(shape, Boolean(norm.silu)),
    [...tensors, dy, affine, moments],
    [float32([items, 4, all])],
  )
  const parameters = [float32([all]), float32([all])]
  const found: TensorInfo[] = []
  const dx = tensors.map((each, i) => {
    const part: Part = {
      extents,
      from: i === 0 ? 0 : channels[0]!,
      channels: channels[i]!,
      silu: Boolean(norm.silu),
      adds: Boolean(add),
      sums: i === 0 && !scaled,
    }
    const outputs = [float32(each.shape), ...(part.sums ? parameters : [])]
    const inputs = [each, dy, affine, sums!, ...(add ? [add] : [])]
    const [made, ...rest] = backend.dispatch(inputGradient(part), inputs, outputs)
    found.push(...rest)
    return made!
  })
  if (scaled) {
    const { scaleShift, weight, bias } = scaled
    const outputs = [...parameters, float32([items, 2 * all])]
    found.push(...backend.dispatch(scaledGradient(extents), [sums!, scaleShift, weight, bias], outputs))
  }
  backend.disposeData(sums!.dataId)
  const [dweight, dbias, dscaleShift] = found as [TensorInfo, TensorInfo, TensorInfo?]
  return { dx, dweight, dbias, ...(dscaleShift ? { dscaleShift } : {}) }
}

/**
 * `sums`, [b, 4, c]: the sums over the pixels of dz and of dz n, and u and v of dx = dz scale + x u + v, with
 * scale = w / std: u = -mean(dz scale n) / std, v = -mean(dz scale) - mean u.
 */
const gradientSums = (shape: Shape, activated: boolean): Program =>
  programOf(`norm gradient sums ${shapeName(shape)}${activated ? ' silu' : ''}`, () => {
    const { extents, groups } = shape
    const { all, pixels } = extents
    const fours = spanInFours(shape)
    const size = fours ? 4 : 1
    const [sums, dy, affine] = [bound('sums', size), bound('dy', size), bound('affine', size)]
    const groupOf = (e: number) => `(first + c + ${e}u) / ${all / groups}u`
    const moment = (row: number) => [0, 1, 2, 3].map((e) => `moments[(2u * item + ${row}u) * ${groups}u + ${groupOf(e)}]`)
    const mean = (values: string) => `over_group(t, ${values}) * ${1 / (pixels * (all / groups))}`
    const code = `${bindings([sums], [...inputBound(extents, fours), dy, affine, { name: 'moments', of: 'f32' }])}
${inputCode(extents, fours)}
${writer(sums)}
${reader(dy)}
${reader(affine)}
${slopeCode(activated)}
${spanCode(shape)}
fn mean_at(item: u32, first: u32, c: u32) -> vec4f { return vec4f(${moment(0).join(', ')}); }
fn inverse_at(item: u32, first: u32, c: u32) -> vec4f { return vec4f(${moment(1).join(', ')}); }
${mainOf(
  shape,
  `var sum = vec4f();
  var slope = vec4f();
  ${forColumns(
    shape,
    `let scale = affine_at(2u * item * ${all}u + first + c);
    let shift = affine_at((2u * item + 1u) * ${all}u + first + c);
    let mean = mean_at(item, first, c);
    var ofDz = vec4f();
    var ofDzN = vec4f();
    ${forPixels(
      shape,
      `let x = x_at(pixel, first + c);
      let dz = within(dz_of(dy_at(pixel * ${all}u + first + c), fma(x, scale, shift)), c, end);
      ofDz += dz;
      ofDzN = fma(dz, within(x - mean, c, end), ofDzN);`,
    )}
    ofDz = over_rows(t, ofDz);
    ofDzN = over_rows(t, ofDzN) * within(inverse_at(item, first, c), c, end);
    if (row == 0u && c < end) {
      sums_put(4u * item * ${all}u + first + c, ofDz, end - c);
      sums_put((4u * item + 1u) * ${all}u + first + c, ofDzN, end - c);
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
    `let u = -inverse_at(item, first, c) * meanDzN;
    sums_put((4u * item + 2u) * ${all}u + first + c, u, end - c);
    sums_put((4u * item + 3u) * ${all}u + first + c, -fma(mean_at(item, first, c), u, meanDz), end - c);`,
  )}`,
)}`
    return { code, workgroups: gridOf(shape).workgroups }
  })

/** `fn dz_of(dy: vec4f, z: vec4f) -> vec4f`: dy silu'(z) with silu' = s (1 + z (1 - s)), s = 1 / (1 + exp(-z)). */
export const slopeCode = (activated: boolean) =>
  activated
    ? `fn dz_of(dy: vec4f, z: vec4f) -> vec4f {
  let s = 1.0 / (1.0 + exp(-z));
  return dy * s * fma(z, 1.0 - s, vec4f(1.0));
}`
    : 'fn dz_of(dy: vec4f, z: vec4f) -> vec4f { return dy; }'

/** One of the tensors of x, and what comes with it. */
interface Part {
  extents: Extents
  /** The first of its channels among those of all. */
  from: number
  channels: number
  silu: boolean
  adds: boolean
  /** dweight and dbias as well. */
  sums: boolean
}

/** dx = dz scale + x u + v, four channels an invocation; and, in workgroups after these, sums over the items. */
const inputGradient = ({ extents, from, channels, silu: activated, adds, sums: alsoSums }: Part): Program =>
  programOf(
    `norm gradient ${extentsName(extents)} from ${from}${activated ? ' silu' : ''}${adds ? ' add' : ''}${alsoSums ? ' sums' : ''}`,
    () => {
      const { items, pixels, all } = extents
      const size = inFours(extents) ? 4 : 1
      const [dx, x, dy, affine, sums] = ['dx', 'x', 'dy', 'affine', 'sums'].map((name) => bound(name, size))
      const parameters = alsoSums ? [bound('dweight', size), bound('dbias', size)] : []
      const added = adds ? [bound('add', size)] : []
      const inputs = [x!, dy!, affine!, sums!, ...added]
      const fours = Math.ceil(channels / 4)
      const blocks = Math.ceil((items * pixels * fours) / THREADS)
      const grid = workgroups(blocks + (alsoSums ? Math.ceil(Math.ceil(all / 4) / THREADS) : 0))
      const code = `${bindings([dx!, ...parameters], inputs)}
${[dx!, ...parameters].map(writer).join('\n')}
${inputs.map(reader).join('\n')}
${slopeCode(activated)}
${alsoSums ? parameterCode(extents) : ''}
@compute @workgroup_size(${THREADS}) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  ${grid.begin}
  ${alsoSums ? `if (group >= ${blocks}u) { sum_items(4u * ((group - ${blocks}u) * ${THREADS}u + thread)); return; }` : ''}
  let i = group * ${THREADS}u + thread;
  if (i >= ${items * pixels * fours}u) { return; }
  let c = 4u * (i % ${fours}u);
  let pixel = i / ${fours}u;
  let item = pixel / ${pixels}u;
  let at = pixel * ${all}u + ${from}u + c;
  let row = item * ${2 * all}u + ${from}u + c;
  let x = x_at(pixel * ${channels}u + c);
  let scale = affine_at(row);
  let dz = dz_of(dy_at(at), fma(x, scale, affine_at(row + ${all}u)));
  let uv = item * ${4 * all}u + ${2 * all + from}u + c;
  let dx = fma(dz, scale, fma(x, sums_at(uv), sums_at(uv + ${all}u)))${adds ? ' + add_at(at)' : ''};
  dx_put(pixel * ${channels}u + c, dx, ${channels}u - c);
}`
      return { code, workgroups: grid.workgroups }
    },
  )

const THREADS = 256

/** dweight and dbias of four channels. */
const parameterCode = ({ items, all }: Extents) => `fn sum_items(c: u32) {
  if (c >= ${all}u) { return; }
  var dw = vec4f();
  var db = vec4f();
  for (var item = 0u; item < ${items}u; item++) {
    db += sums_at(item * ${4 * all}u + c);
    dw += sums_at(item * ${4 * all}u + ${all}u + c);
  }
  dweight_put(c, dw, ${all}u - c);
  dbias_put(c, db, ${all}u - c);
}`

/**
 * With a scale and shift of items, y = (n weight + bias) (1 + s) + t, and P = sum dz, Q = sum dz n over the pixels:
 * dweight = sum Q (1 + s), dbias = sum P (1 + s) over the items, ds = Q weight + P bias, dt = P.
 */
const scaledGradient = (extents: Extents): Program =>
  programOf(`norm gradient of a scale ${extents.items}x${extents.all}`, () => {
    const { items, all } = extents
    const outputs = ['dweight', 'dbias', 'dscaleShift'].map((name) => bound(name, all))
    const inputs = ['sums', 'scaleShift', 'weight', 'bias'].map((name) => bound(name, all))
    const code = `${bindings(outputs, inputs)}
${outputs.map(writer).join('\n')}
${inputs.map(reader).join('\n')}
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  let c = 4u * id.x;
  if (c >= ${all}u) { return; }
  var dw = vec4f();
  var db = vec4f();
  for (var item = 0u; item < ${items}u; item++) {
    let p = sums_at(item * ${4 * all}u + c);
    let q = sums_at(item * ${4 * all}u + ${all}u + c);
    let at = item * ${2 * all}u + c;
    let s = 1.0 + scaleShift_at(at);
    dw = fma(q, s, dw);
    db = fma(p, s, db);
    dscaleShift_put(at, fma(q, weight_at(c), p * bias_at(c)), ${all}u - c);
    dscaleShift_put(at + ${all}u, p, ${all}u - c);
  }
  dweight_put(c, dw, ${all}u - c);
  dbias_put(c, db, ${all}u - c);
}`
    return { code, workgroups: [Math.ceil(Math.ceil(all / 4) / 64), 1, 1] }
  })

// ---- y, for what cannot normalise what it reads

/** y = x affine[:, 0] + affine[:, 1], then SiLU if wished, as one tensor [b, ..., c]. Reads x, writes y. */
export function affineApply(
  backend: Backend,
  { x, affine, silu: activated = false }: { x: Activations; affine: TensorInfo; silu?: boolean },
): TensorInfo {
  const extents = extentsOf(x)
  const tensors = tensorsOf(x)
  const output = float32([...tensors[0]!.shape.slice(0, -1), extents.all])
  return backend.dispatch(application(extents, activated), [...tensors, affine], [output])[0]!
}

const application = (extents: Extents, activated: boolean): Program =>
  programOf(`norm apply ${extentsName(extents)}${activated ? ' silu' : ''}`, () => {
    const { items, pixels, all } = extents
    const fours = inFours(extents)
    const [y, affine] = [bound('y', fours ? 4 : 1), bound('affine', fours ? 4 : 1)]
    const columns = Math.ceil(all / 4)
    const grid = workgroups(Math.ceil((items * pixels * columns) / THREADS))
    const code = `${bindings([y], [...inputBound(extents, fours), affine])}
${inputCode(extents, fours)}
${writer(y)}
${reader(affine)}
${activated ? silu : ''}
@compute @workgroup_size(${THREADS}) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  ${grid.begin}
  let i = group * ${THREADS}u + thread;
  if (i >= ${items * pixels * columns}u) { return; }
  let c = 4u * (i % ${columns}u);
  let pixel = i / ${columns}u;
  let row = pixel / ${pixels}u * ${2 * all}u + c;
  let z = fma(x_at(pixel, c), affine_at(row), affine_at(row + ${all}u));
  y_put(pixel * ${all}u + c, ${activated ? 'silu(z)' : 'z'}, ${all}u - c);
}`
    return { code, workgroups: grid.workgroups }
  })

// ---- kernels over spans

const shapeName = ({ extents, groups, span }: Shape) => `${extentsName(extents)} in ${groups} groups, ${spanName(span)}`

/** Whether all that a span reads begins at a multiple of four. */
const spanInFours = ({ extents, span }: Shape) => inFours(extents) && span.channels % 4 === 0

const spansOf = ({ extents, span }: Shape) => Math.ceil(extents.all / span.channels)

/** Invocations of a workgroup where each has a span of its own: few, so that there are enough workgroups for all cores. */
const ALONE = 8

function gridOf(shape: Shape) {
  const spans = shape.extents.items * spansOf(shape)
  return workgroups(shape.span.alone ? Math.ceil(spans / ALONE) : spans)
}

/** The sums, and `within(value: vec4f, c: u32, end: u32) -> vec4f`: 0 for channels that are not of the span. */
function spanCode(shape: Shape): string {
  const { extents, groups, span } = shape
  const allAreWithin = spanInFours(shape) && extents.all % span.channels === 0 && (span.channels / 4) % span.lanes === 0
  return `${sumsCode(span, extents.all / groups)}
fn within(value: vec4f, c: u32, end: u32) -> vec4f {
  return ${allAreWithin ? 'value' : 'select(vec4f(), value, vec4u(c, c + 1u, c + 2u, c + 3u) < vec4u(end))'};
}`
}

/** Of a span: its `item`, the `first` of its channels, the `end` of them, counted from it; of an invocation its `lane` and `row`. */
function mainOf(shape: Shape, body: string): string {
  const { extents, span } = shape
  const { alone, lanes, rows, channels } = span
  const spans = spansOf(shape)
  return `@compute @workgroup_size(${alone ? ALONE : lanes * rows}) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  ${gridOf(shape).begin}
  ${
    alone
      ? `let t = 0u;
  let span = group * ${ALONE}u + thread;
  if (span >= ${extents.items * spans}u) { return; }`
      : `let t = thread;
  let span = group;`
  }
  let item = span / ${spans}u;
  let first = span % ${spans}u * ${channels}u;
  let end = min(${channels}u, ${extents.all}u - first);
  let lane = t % ${lanes}u;
  let row = t / ${lanes}u;
  ${body}
}`
}

/** For each four channels of a lane: `c`, counted from the first of the span. With sums over rows in it, all lanes come along. */
function forColumns({ span: { channels, lanes } }: Shape, body: string, together = false): string {
  const columns = Math.ceil(Math.ceil(channels / 4) / lanes)
  return `for (var k = 0u; k < ${columns}u; k++) {
    let c = 4u * (k * ${lanes}u + lane);
    ${together ? '' : 'if (c >= end) { break; }'}
    ${body}
  }`
}

/** For each pixel of a row: `pixel`, counted over all items. */
const forPixels = ({ extents: { pixels }, span: { rows } }: Shape, body: string) =>
  `for (var p = row; p < ${pixels}u; p += ${rows}u) {
      let pixel = item * ${pixels}u + p;
      ${body}
    }`
