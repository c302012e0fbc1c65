// Group normalisation as its statistics and an affine map of every item and channel, so that what comes next (a convolution, a
// linear layer) can normalise what it reads. Its gradient is in normGradient.ts.
import type { TensorInfo } from '../../tf.ts'
import type { Backend } from '../backend.ts'
import { bound, reader, silu, writer } from '../wgsl.ts'
import type { Activations } from '../activations.ts'
import { tensorsOf } from '../activations.ts'
import type { Span } from './normInput.ts'
import { extentsOf, formName, formOf, inFours, inputBound, inputCode, inputTensors, lyingOf, spanFor } from './normInput.ts'
import type { Shape } from './normSpans.ts'
import { blocksOf, forColumns, forPixels, sizesOf, spanCode, spanInFours, spanName, spanSizes, THREADS } from './normSpans.ts'
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
