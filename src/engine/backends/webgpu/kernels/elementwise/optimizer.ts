// Kernels over all weights as one vector: Adam in one dispatch, the gradient norm in two, a moving
// average in one. The formulas are those of optimizers.ts and ema.ts. Results are new tensors.
import type { TensorInfo } from '../../../../base/tf.ts'
import type { WebGPUBackend } from '../../backend.ts'
import type { Program } from '../../program.ts'
import { bindingsCode, cachedProgram, tensorBinding, workgroupGrid } from '../../wgsl.ts'

const THREADS = 64

/**
 * Returns the access to vectors of `n`: in fours if that divides n. `elements`: the number of
 * accesses.
 */
function vectorAccess(n: number) {
  const { of } = tensorBinding('', n)
  return {
    of,
    elements: of === 'f32' ? n : n / 4,
    bind: (names: readonly string[]) => names.map((name) => ({ name, of })),
  }
}

/** A `main` that runs `body` for each element `i`. */
function elementLoop(elements: number, body: string): Pick<Program, 'code' | 'workgroups'> {
  const grid = workgroupGrid(Math.ceil(elements / THREADS))
  return {
    workgroups: grid.workgroups,
    code: `@compute @workgroup_size(${THREADS}) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  ${grid.begin}
  let i = group * ${THREADS}u + thread;
  if (i >= ${elements}u) { return; }
${body}
}`,
  }
}

// ---- Adam

export interface AdamStep {
  /** [n], as are the gradient and the moments. */
  weights: TensorInfo
  gradient: TensorInfo
  /** [1], a factor of the gradient; see {@link clipFactor}. */
  factor?: TensorInfo
  first: TensorInfo
  second: TensorInfo
  /** amsgrad: the largest `second` so far. */
  largest?: TensorInfo
  beta1: number
  beta2: number
  eps: number
  /** adamw: a factor of the weights before the step, 1 - lr weight_decay. */
  keep: number
  /** adam: the weight decay that is added to the gradient. */
  penalty: number
  lr: number
  /** Number of the update, from 1. */
  t: number
}

/** Returns the number of buffers that an Adam dispatch binds. Every device has 8. */
export const adamBuffers = ({ clips, amsgrad }: { clips: boolean; amsgrad: boolean }) =>
  7 + (clips ? 1 : 0) + (amsgrad ? 2 : 0)

/**
 * Runs one step of Adam or AdamW, and returns weights, first, second, and with amsgrad largest:
 *   g = factor gradient + penalty weights
 *   first = beta1 first + (1 - beta1) g, and second likewise with beta2 and g²
 *   weights = keep weights - lr / (1 - beta1^t) first / (sqrt(second / (1 - beta2^t)) + eps)
 * Reads four vectors and writes three; amsgrad five and four.
 */
export function adamStep(backend: WebGPUBackend, step: AdamStep): TensorInfo[] {
  const { weights, gradient, factor, first, second, largest } = step
  const vector = { shape: weights.shape, dtype: 'float32' } as const
  const inputs = [
    weights,
    gradient,
    first,
    second,
    ...(largest ? [largest] : []),
    ...(factor ? [factor] : []),
  ]
  const outputs = largest ? [vector, vector, vector, vector] : [vector, vector, vector]
  return backend.dispatch(
    adamProgram(weights.shape[0], Boolean(largest), Boolean(factor)),
    inputs,
    outputs,
    adamScalars(step),
  )
}

/** In the order of the struct `Scalars`. */
function adamScalars({ keep, penalty, beta1, beta2, eps, lr, t }: AdamStep): Float32Array {
  const unbias = 1 / Math.sqrt(1 - beta2 ** t)
  const length = lr / (1 - beta1 ** t)
  return Float32Array.of(keep, penalty, beta1, 1 - beta1, beta2, 1 - beta2, unbias, eps, length)
}

const adamProgram = (n: number, amsgrad: boolean, clips: boolean): Program =>
  cachedProgram(`adam${amsgrad ? ' amsgrad' : ''}${clips ? ' clipped' : ''} ${n}`, () => {
    const { elements, bind } = vectorAccess(n)
    const outputs = bind([
      'new_weights',
      'new_first',
      'new_second',
      ...(amsgrad ? ['new_largest'] : []),
    ])
    const inputs = [
      ...bind(['weights', 'gradient', 'first', 'second', ...(amsgrad ? ['largest'] : [])]),
      ...(clips ? [{ name: 'factor', of: 'f32' } as const] : []),
    ]
    const main = elementLoop(
      elements,
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
      transientScalars: true,
      code: `${bindingsCode(outputs, inputs)}
struct Scalars {
  keep: f32, penalty: f32, beta1: f32, rest1: f32, beta2: f32, rest2: f32, unbias: f32, eps: f32,
  length: f32,
}
@group(0) @binding(${outputs.length + inputs.length}) var<uniform> s: Scalars;
${main.code}`,
    }
  })

// ---- clipping

/** The most partial sums of squares. */
const MAX_PARTS = 16384
/** Invocations that add them. */
const REDUCE_THREADS = 256

/**
 * Returns [1]: the factor that scales a gradient [n] down to the norm `limit` if it is longer,
 * min(limit / (norm + 1e-6), 1). Takes two dispatches, which sum in a fixed order. Reads the
 * gradient once.
 */
export function clipFactor(
  backend: WebGPUBackend,
  gradient: TensorInfo,
  limit: number,
): TensorInfo {
  const n = gradient.shape[0]
  const parts = THREADS * Math.ceil(Math.min(vectorAccess(n).elements, MAX_PARTS) / THREADS)
  const [sums] = backend.dispatch(
    squaresProgram(n, parts),
    [gradient],
    [{ shape: [parts], dtype: 'float32' }],
  )
  const [factor] = backend.dispatch(
    factorProgram(parts, limit),
    [sums],
    [{ shape: [1], dtype: 'float32' }],
  )
  backend.disposeData(sums.dataId)
  return factor
}

/**
 * Each invocation sums the squares of every `parts`-th element, so sums are short and need no
 * barrier.
 */
const squaresProgram = (n: number, parts: number): Program =>
  cachedProgram(`gradient norm, squares ${n} in ${parts}`, () => {
    const { of, elements, bind } = vectorAccess(n)
    const square = of === 'f32' ? 'x[i] * x[i]' : 'dot(x[i], x[i])'
    return {
      workgroups: [parts / THREADS, 1, 1],
      code: `${bindingsCode([{ name: 'sums', of: 'f32' }], bind(['x']))}
@compute @workgroup_size(${THREADS}) fn main(@builtin(global_invocation_id) id: vec3u) {
  var sum = 0.0;
  for (var i = id.x; i < ${elements}u; i += ${parts}u) { sum += ${square}; }
  sums[id.x] = sum;
}`,
    }
  })

const factorProgram = (parts: number, limit: number): Program =>
  cachedProgram(`gradient norm, factor of ${parts} to ${limit}`, () => ({
    workgroups: [1, 1, 1],
    code: `${bindingsCode([{ name: 'factor', of: 'f32' }], [{ name: 'sums', of: 'f32' }])}
var<workgroup> partial: array<f32, ${REDUCE_THREADS}>;
@compute @workgroup_size(${REDUCE_THREADS}) fn main(@builtin(local_invocation_index) at: u32) {
  var sum = 0.0;
  for (var i = at; i < ${parts}u; i += ${REDUCE_THREADS}u) { sum += sums[i]; }
  partial[at] = sum;
  for (var half = ${REDUCE_THREADS / 2}u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (at < half) { partial[at] += partial[at + half]; }
  }
  if (at == 0u) { factor[0] = min(f32(${limit}) / (sqrt(partial[0]) + 1e-6), 1.0); }
}`,
  }))

// ---- moving averages

/** Returns average - rest (average - weights), all [n]. Reads two vectors, writes one. */
export function averageStep(
  backend: WebGPUBackend,
  average: TensorInfo,
  weights: TensorInfo,
  rest: number,
): TensorInfo {
  const n = weights.shape[0]
  const outputs = [{ shape: [n], dtype: 'float32' }] as const
  return backend.dispatch(averageProgram(n), [average, weights], outputs, Float32Array.of(rest))[0]
}

const averageProgram = (n: number): Program =>
  cachedProgram(`average of weights ${n}`, () => {
    const { elements, bind } = vectorAccess(n)
    const { code, workgroups } = elementLoop(
      elements,
      '  next[i] = average[i] - rest * (average[i] - weights[i]);',
    )
    return {
      workgroups,
      transientScalars: true,
      code: `${bindingsCode(bind(['next']), bind(['average', 'weights']))}
@group(0) @binding(3) var<uniform> rest: f32;
${code}`,
    }
  })
