// Group normalisation as statistics and an affine map for every item and channel, which the next
// layer (a convolution or a linear layer) applies as it reads. The gradient is in normGradient.ts.
import type { TensorInfo } from '../../../../base/tf.ts'
import type { Activations } from '../../activationInput.ts'
import { activationTensors } from '../../activationInput.ts'
import type { WebGPUBackend } from '../../backend.ts'
import { readerCode, siluCode, tensorBinding, writerCode } from '../../wgsl.ts'
import { findMoments } from '../convolution/convMoments.ts'
import type { InputForm, Span } from './normInput.ts'
import {
  activationExtents,
  chooseGroupLayout,
  chooseSpan,
  describeForm,
  inputForm,
  isVectorizable,
  normInputBindings,
  normInputCode,
  normInputTensors,
} from './normInput.ts'
import type { SpanShape } from './normSpans.ts'
import {
  blockCount,
  columnLoop,
  describeSpan,
  isSpanVectorizable,
  normSizes,
  pixelLoop,
  spanCode,
  spanSizes,
  THREADS,
} from './normSpans.ts'
import { dispatchSized, float32Output, mainCode } from '../elementwise/sizedKernel.ts'
import { reductionLanes } from '../elementwise/subgroupSums.ts'

export interface NormStatistics {
  /** [b, ..., c], or two such tensors, concatenated along the channels. */
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
 * Returns the normalisation of groups of channels as `affine`, [b, 2, c]: y = x affine[:, 0] +
 * affine[:, 1]; and `moments`, [b, 2, groups]: the mean and 1 / sqrt(variance + eps) of every
 * group, corrected for the rounding error of the mean (Chan et al. 1983). Reads x twice, the second
 * time from the cache, or instead of x the moments that are attached to it ({@link findMoments}).
 * `groups` has to divide the channels.
 */
export function normStatistics(
  backend: WebGPUBackend,
  norm: NormStatistics,
  givenSpan?: Span,
): { affine: TensorInfo; moments: TensorInfo } {
  const { groups, eps, weight, bias, scaleShift } = norm
  const tiles = findMoments(backend, norm.x)
  const x = tiles ? tilesAsPixels(tiles) : norm.x
  const extents = activationExtents(x)
  const { items, all } = extents
  const span = givenSpan ?? chooseSpan(backend.device, extents, groups)
  const fours = isSpanVectorizable(extents, span)
  const form = inputForm(backend, x, fours)
  const bind = (name: string) => tensorBinding(name, fours ? 4 : 1)
  const perChannel = ['weight', 'bias', ...(scaleShift ? ['scaleShift'] : [])].map(bind)
  const lanes = span.perInvocation ? 1 : reductionLanes(backend.device)
  const shape = { form, span, groupLayout: chooseGroupLayout(span, all / groups), lanes }
  const [affine, moments] = dispatchSized(backend, {
    name: `norm statistics ${tiles ? 'from moments ' : ''}${describeSpan(shape)} eps ${eps}${scaleShift ? ' scaled' : ''}`,
    sizes: spanSizes(extents, groups, span),
    bindings: [
      [bind('affine'), { name: 'moments', of: 'f32' }],
      [...normInputBindings(form), ...perChannel],
    ],
    inputs: [
      ...(tiles ?? normInputTensors(x, form)),
      weight,
      bias,
      ...(scaleShift ? [scaleShift] : []),
    ],
    outputs: [float32Output([items, 2, all]), float32Output([items, 2, groups])],
    lanes,
    code: () => `${tiles ? tilesCode(form) : normInputCode(form)}
${writerCode(bind('affine'))}
${perChannel.map(readerCode).join('\n')}
${statisticsCode(shape, { eps, scaled: Boolean(scaleShift), ofTiles: tiles !== undefined })}`,
  })
  return { affine, moments }
}

/** An input that has the mean of each tile as a pixel. */
function tilesAsPixels(moments: readonly TensorInfo[]): Activations {
  const [first, second] = moments.map(({ shape: [items, tiles, , channels], ...rest }) => ({
    ...rest,
    shape: [items, tiles, channels],
  }))
  return second ? [first, second] : first
}

/** `x_at`, the means of a tile, and `variance_at`: the rows of the moments. */
const tilesCode = (form: InputForm) => `${normInputCode(form, 'row_at')}
fn x_at(tile: u32, c: u32) -> vec4f { return row_at(2u * tile, c); }
fn variance_at(tile: u32, c: u32) -> vec4f { return row_at(2u * tile + 1u, c); }`

/**
 * With `ofTiles` the numbers are means of equal tiles, whose variances are added to those between
 * the tiles (Chan et al. 1983).
 */
function statisticsCode(
  shape: SpanShape,
  { eps, scaled, ofTiles }: { eps: number; scaled: boolean; ofTiles: boolean },
): string {
  const mean = (values: string) =>
    `sum_groups(t, sum_rows(t, ${values})) / f32(sizes.pixels * sizes.size)`
  const applyScaleShift = `let s = 1.0 + scaleShift_at(at);
    scale *= s;
    shift = fma(shift, s, scaleShift_at(at + sizes.all));`
  return spanCode(
    shape,
    `var sum = vec4f();
  ${columnLoop(shape, pixelLoop(shape, 'sum += within(x_at(pixel, first + c), c, end);'))}
  let rough = ${mean('sum')};
  sum = vec4f();
  var squares = vec4f();
  ${columnLoop(
    shape,
    pixelLoop(
      shape,
      `let centred = within(x_at(pixel, first + c) - rough, c, end);
      sum += centred;
      squares = fma(centred, centred, squares);
      ${ofTiles ? 'squares += within(variance_at(pixel, first + c), c, end);' : ''}`,
    ),
  )}
  // The second sum has the rounding error of the first.
  let rest = ${mean('sum')};
  let mean = rough + rest;
  let inverse = 1.0 / sqrt(max(${mean('squares')} - rest * rest, vec4f()) + ${eps});
  if (row > 0u) { return; }
  // A group of one number equals its mean, of which x scale + shift would leave the rounding error.
  let alone = ${ofTiles ? 'false' : 'sizes.pixels * sizes.size == 1u'};
  ${columnLoop(
    shape,
    `var scale = select(weight_at(first + c) * inverse, vec4f(), alone);
    var shift = bias_at(first + c) - mean * scale;
    let at = 2u * item * sizes.all + first + c;
    ${scaled ? applyScaleShift : ''}
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

// ---- for layers that cannot normalise their input

/**
 * Returns y = x affine[:, 0] + affine[:, 1], optionally with SiLU, as one tensor [b, ..., c],
 * optionally in half precision. Reads x, writes y.
 */
export function applyAffine(
  backend: WebGPUBackend,
  {
    x,
    affine,
    silu = false,
    half = false,
  }: { x: Activations; affine: TensorInfo; silu?: boolean; half?: boolean },
): TensorInfo {
  const extents = activationExtents(x)
  const { items, pixels, all } = extents
  const fours = isVectorizable(extents)
  const form = inputForm(backend, x, fours)
  const y = tensorBinding('y', fours ? 4 : 1, half)
  const read = tensorBinding('affine', fours ? 4 : 1)
  return dispatchSized(backend, {
    name: `norm apply to ${describeForm(form)}${silu ? ' silu' : ''}${half ? ' to half' : ''}`,
    sizes: normSizes(extents, blockCount(items * pixels * Math.ceil(all / 4))),
    bindings: [[y], [...normInputBindings(form), read]],
    inputs: [...normInputTensors(x, form), affine],
    outputs: [{ ...float32Output([...activationTensors(x)[0].shape.slice(0, -1), all]), half }],
    code: () => `${normInputCode(form)}
${writerCode(y)}
${readerCode(read)}
${silu ? siluCode : ''}
${mainCode(
  THREADS,
  `let i = group * ${THREADS}u + thread;
  let fours = (sizes.all + 3u) / 4u;
  let c = 4u * (i % fours);
  let pixel = i / fours;
  if (pixel >= sizes.items * sizes.pixels) { return; }
  let row = 2u * (pixel / sizes.pixels) * sizes.all + c;
  let z = fma(x_at(pixel, c), affine_at(row), affine_at(row + sizes.all));
  y_put(pixel * sizes.all + c, ${silu ? 'silu(z)' : 'z'}, sizes.all - c);`,
)}`,
  })[0]
}
