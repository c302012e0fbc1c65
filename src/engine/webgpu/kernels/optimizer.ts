// What moves all weights at once, as vectors: Adam in one dispatch, the norm of the gradient in two, an average in one. The
// formulas are those of optimizers.ts and ema.ts; nothing is changed in place.
import type { TensorInfo } from '../../tf.ts'
import type { Backend } from '../backend.ts'
import type { Program } from '../program.ts'
import { bindings, bound, programOf, workgroups } from '../wgsl.ts'

const GROUP = 64

/** Vectors of `n`, taken four numbers at a time where that comes out even, and how many pieces an invocation each that is. */
function vectors(n: number) {
  const { of } = bound('', n)
  return { of, pieces: of === 'f32' ? n : n / 4, named: (names: readonly string[]) => names.map((name) => ({ name, of })) }
}

/** A `main` that runs `body` for each piece `i`. */
function forEachPiece(pieces: number, body: string): Pick<Program, 'code' | 'workgroups'> {
  const grid = workgroups(Math.ceil(pieces / GROUP))
  return {
    workgroups: grid.workgroups,
    code: `@compute @workgroup_size(${GROUP}) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  ${grid.begin}
  let i = group * ${GROUP}u + thread;
  if (i >= ${pieces}u) { return; }
${body}
}`,
  }
}

// ---- Adam

export interface AdamStep {
  /** [n], and so are the gradient and the moments. */
  weights: TensorInfo
  gradient: TensorInfo
  /** [1], what the gradient is multiplied with; see {@link clipFactor}. */
  factor?: TensorInfo
  first: TensorInfo
  second: TensorInfo
  /** amsgrad: the largest `second` so far. */
  largest?: TensorInfo
  beta1: number
  beta2: number
  eps: number
  /** adamw: what is left of the weights before the step, 1 - lr weight_decay. */
  keep: number
  /** adam: the share of the weights in the gradient. */
  penalty: number
  lr: number
  /** Number of the update, from 1. */
  t: number
}

/** Buffers that a dispatch of it binds; every device has 8. */
export const adamBuffers = ({ clips, amsgrad }: { clips: boolean; amsgrad: boolean }) => 7 + (clips ? 1 : 0) + (amsgrad ? 2 : 0)

/**
 * One step of Adam or AdamW: g = factor gradient + penalty weights, first = beta1 first + (1 - beta1) g, second the same of g²,
 * weights = keep weights - lr / (1 - beta1^t) first / (sqrt(second / (1 - beta2^t)) + eps). Gives weights, first, second and with
 * amsgrad largest. Reads four vectors, writes three; amsgrad five and four.
 */
export function adamStep(backend: Backend, step: AdamStep): TensorInfo[] {
  const { weights, gradient, factor, first, second, largest, keep, penalty, beta1, beta2, eps, lr, t } = step
  const vector = { shape: weights.shape, dtype: 'float32' } as const
  const inputs = [weights, gradient, first, second, ...(largest ? [largest] : []), ...(factor ? [factor] : [])]
  const outputs = largest ? [vector, vector, vector, vector] : [vector, vector, vector]
  const unbias = 1 / Math.sqrt(1 - beta2 ** t)
  const length = lr / (1 - beta1 ** t)
  const scalars = Float32Array.of(keep, penalty, beta1, 1 - beta1, beta2, 1 - beta2, unbias, eps, length)
  return backend.dispatch(adamProgram(weights.shape[0]!, Boolean(largest), Boolean(factor)), inputs, outputs, scalars)
}

const adamProgram = (n: number, amsgrad: boolean, clips: boolean): Program =>
  programOf(`adam${amsgrad ? ' amsgrad' : ''}${clips ? ' clipped' : ''} ${n}`, () => {
    const { pieces, named } = vectors(n)
    const outputs = named(['new_weights', 'new_first', 'new_second', ...(amsgrad ? ['new_largest'] : [])])
    const inputs = [
      ...named(['weights', 'gradient', 'first', 'second', ...(amsgrad ? ['largest'] : [])]),
      ...(clips ? [{ name: 'factor', of: 'f32' } as const] : []),
    ]
    const main = forEachPiece(
      pieces,
      `  let w = weights[i];
  let g = gradient[i]${clips ? ' * factor[0]' : ''} + s.penalty * w;
  let m = s.beta1 * first[i] + s.rest1 * g;
  let v = s.beta2 * second[i] + s.rest2 * (g * g);
  let most = ${amsgrad ? 'max(largest[i], v)' : 'v'};
  new_weights[i] = s.keep * w - s.length * (m / (sqrt(most) * s.unbias + s.eps));
  new_first[i] = m;
  new_second[i] = v;${amsgrad ? '\n  new_largest[i] = most;' : ''}`,
    )
    return {
      workgroups: main.workgroups,
      passing: true,
      code: `${bindings(outputs, inputs)}
struct Scalars {
  keep: f32, penalty: f32, beta1: f32, rest1: f32, beta2: f32, rest2: f32, unbias: f32, eps: f32, length: f32,
}
@group(0) @binding(${outputs.length + inputs.length}) var<uniform> s: Scalars;
${main.code}`,
    }
  })

// ---- clipping

/** The most sums that the squares are first added up in. */
const MOST_PARTS = 16384
/** Invocations that add those up. */
const LAST = 256

/**
 * [1]: what scales a gradient [n] down to the norm `limit` if it is longer, min(limit / (norm + 1e-6), 1). Two dispatches, which
 * add in an order that is always the same; reads the gradient once.
 */
export function clipFactor(backend: Backend, gradient: TensorInfo, limit: number): TensorInfo {
  const n = gradient.shape[0]!
  const parts = GROUP * Math.ceil(Math.min(vectors(n).pieces, MOST_PARTS) / GROUP)
  const [sums] = backend.dispatch(squaresProgram(n, parts), [gradient], [{ shape: [parts], dtype: 'float32' }])
  const [factor] = backend.dispatch(factorProgram(parts, limit), [sums!], [{ shape: [1], dtype: 'float32' }])
  backend.disposeData(sums!.dataId)
  return factor!
}

/** Each invocation adds the squares of every `parts`-th piece: no long sum, no barrier. */
const squaresProgram = (n: number, parts: number): Program =>
  programOf(`gradient norm, squares ${n} in ${parts}`, () => {
    const { of, pieces, named } = vectors(n)
    const square = of === 'f32' ? 'x[i] * x[i]' : 'dot(x[i], x[i])'
    return {
      workgroups: [parts / GROUP, 1, 1],
      code: `${bindings([{ name: 'sums', of: 'f32' }], named(['x']))}
@compute @workgroup_size(${GROUP}) fn main(@builtin(global_invocation_id) id: vec3u) {
  var sum = 0.0;
  for (var i = id.x; i < ${pieces}u; i += ${parts}u) { sum += ${square}; }
  sums[id.x] = sum;
}`,
    }
  })

const factorProgram = (parts: number, limit: number): Program =>
  programOf(`gradient norm, factor of ${parts} to ${limit}`, () => ({
    workgroups: [1, 1, 1],
    code: `${bindings([{ name: 'factor', of: 'f32' }], [{ name: 'sums', of: 'f32' }])}
var<workgroup> partial: array<f32, ${LAST}>;
@compute @workgroup_size(${LAST}) fn main(@builtin(local_invocation_index) at: u32) {
  var sum = 0.0;
  for (var i = at; i < ${parts}u; i += ${LAST}u) { sum += sums[i]; }
  partial[at] = sum;
  for (var half = ${LAST / 2}u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (at < half) { partial[at] += partial[at + half]; }
  }
  if (at == 0u) { factor[0] = min(f32(${limit}) / (sqrt(partial[0]) + 1e-6), 1.0); }
}`,
  }))

// ---- averages

/** average - rest (average - weights), all [n]: reads two vectors, writes one. */
export function averageStep(backend: Backend, average: TensorInfo, weights: TensorInfo, rest: number): TensorInfo {
  const n = weights.shape[0]!
  const outputs = [{ shape: [n], dtype: 'float32' }] as const
  return backend.dispatch(averageProgram(n), [average, weights], outputs, Float32Array.of(rest))[0]!
}

const averageProgram = (n: number): Program =>
  programOf(`average of weights ${n}`, () => {
    const { pieces, named } = vectors(n)
    const { code, workgroups } = forEachPiece(pieces, '  next[i] = average[i] - rest * (average[i] - weights[i]);')
    return {
      workgroups,
      passing: true,
      code: `${bindings(named(['next']), named(['average', 'weights']))}
@group(0) @binding(3) var<uniform> rest: f32;
${code}`,
    }
  })
