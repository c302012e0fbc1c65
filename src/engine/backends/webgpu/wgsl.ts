// WGSL code shared by the kernels: bindings, grids of workgroups beyond the limit of a dimension,
// access to four numbers at a time in float32 or half precision, SiLU.
import type { HalfStorage } from './halfStorage.ts'
import { GRADIENT_SCALE } from './halfStorage.ts'
import type { Program } from './program.ts'

/**
 * A float tensor as a kernel accesses it: one or four numbers at a time, or four halves in two
 * words, for gradients scaled.
 */
export interface BoundTensor {
  name: string
  of: 'f32' | 'vec4f' | 'half4' | 'scaled4'
}

/** A binding without access functions, which may also have integers. */
export interface StorageBinding {
  name: string
  of: BoundTensor['of'] | 'i32' | 'vec2u'
}

/**
 * Returns the binding of a tensor whose last axis is `channels`: four numbers at a time if that is
 * a multiple of four, which half precision requires.
 */
export const tensorBinding = (
  name: string,
  channels: number,
  half: HalfStorage = false,
): BoundTensor => ({
  name,
  of: half === 'scaled' ? 'scaled4' : half ? 'half4' : channels % 4 === 0 ? 'vec4f' : 'f32',
})

/**
 * Declares the bindings of group 0 in the order of `WebGPUBackend.dispatch`: outputs, then inputs.
 */
export const bindingsCode = (
  outputs: readonly StorageBinding[],
  inputs: readonly StorageBinding[],
): string =>
  [...outputs, ...inputs]
    .map(({ name, of }, i) => {
      const access = i < outputs.length ? 'read_write' : 'read'
      const element = of === 'half4' || of === 'scaled4' ? 'vec2u' : of
      return `@group(0) @binding(${i}) var<storage, ${access}> ${name}: array<${element}>;`
    })
    .join('\n')

/**
 * `fn <name>_at(i: u32) -> vec4f`: four numbers from element `i`, which has to be a multiple of
 * four where the tensor is bound four at a time. Beyond the end of the tensor WGSL reads an
 * arbitrary element or zero, so callers have to discard such values.
 */
export const readerCode = ({ name, of }: BoundTensor): string =>
  `fn ${name}_at(i: u32) -> vec4f { ${readBodies[of](name)} }`

const readBodies: { [O in BoundTensor['of']]: (name: string) => string } = {
  f32: (name) => `return vec4f(${name}[i], ${name}[i + 1u], ${name}[i + 2u], ${name}[i + 3u]);`,
  vec4f: (name) => `return ${name}[i / 4u];`,
  half4: (name) =>
    `let words = ${name}[i / 4u];
  return vec4f(unpack2x16float(words.x), unpack2x16float(words.y));`,
  scaled4: (name) =>
    `let words = ${name}[i / 4u];
  return vec4f(unpack2x16float(words.x), unpack2x16float(words.y)) * ${1 / GRADIENT_SCALE};`,
}

/**
 * `fn <name>_put(i: u32, value: vec4f, count: u32)`: writes the first `count` of four numbers to
 * `i`.
 */
export const writerCode = ({ name, of }: BoundTensor): string =>
  `fn ${name}_put(i: u32, value: vec4f, count: u32) {
  ${writeBodies[of](name)}
}`

/** The largest half. The result of converting a larger number, or NaN, is undefined in WGSL. */
const LARGEST_HALF = 65504

const writeBodies: { [O in BoundTensor['of']]: (name: string) => string } = {
  f32: (name) => `for (var e = 0u; e < min(count, 4u); e++) { ${name}[i + e] = value[e]; }`,
  vec4f: (name) => `${name}[i / 4u] = value;`,
  // Numbers that are too large saturate. NaN is detected by its bits, and makes all four numbers
  // NaN.
  half4: (name) => `let clamped = clamp(value, vec4f(-${LARGEST_HALF}.0), vec4f(${LARGEST_HALF}.0));
  let words = vec2u(pack2x16float(clamped.xy), pack2x16float(clamped.zw));
  let isNaN = any((bitcast<vec4u>(value) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u));
  ${name}[i / 4u] = select(words, vec2u(0x7e007e00u), isNaN);`,
  // By their bits, numbers that are too large, infinity and NaN are above the largest half.
  scaled4: (name) =>
    `let scaled = value * ${GRADIENT_SCALE}.0;
  let words = vec2u(pack2x16float(scaled.xy), pack2x16float(scaled.zw));
  let largest = bitcast<u32>(${LARGEST_HALF}.0f);
  let overflows = any((bitcast<vec4u>(scaled) & vec4u(0x7fffffffu)) > vec4u(largest));
  ${name}[i / 4u] = select(words, vec2u(0x7e007e00u), overflows);`,
}

/** `fn <name>_stored(value: vec4f) -> vec4f`: four numbers as {@link writerCode} stores them. */
export const storedCode = ({ name, of }: BoundTensor): string =>
  `fn ${name}_stored(value: vec4f) -> vec4f {
  return ${of === 'half4' ? `quantizeToF16(clamp(value, vec4f(-${LARGEST_HALF}.0), vec4f(${LARGEST_HALF}.0)))` : 'value'};
}`

/** The number of workgroups that every device supports in one dimension. */
export const MAX_WORKGROUPS = 65535

/**
 * Returns a grid of `count` workgroups, folded into two dimensions if they are too many for one.
 * `begin` is the beginning of a `main` with `@builtin(workgroup_id) workgroup: vec3u`; it defines
 * the index `group`.
 */
export function workgroupGrid(count: number): {
  workgroups: Program['workgroups']
  begin: string
} {
  const across = Math.min(count, MAX_WORKGROUPS)
  const down = Math.ceil(count / across)
  const begin =
    down === 1
      ? 'let group = workgroup.x;'
      : `let group = workgroup.x + workgroup.y * ${across}u;
  if (group >= ${count}u) { return; }`
  return { workgroups: [across, down, 1], begin }
}

/** `fn silu(x: vec4f) -> vec4f`: x / (1 + exp(-x)). */
export const siluCode = 'fn silu(x: vec4f) -> vec4f { return x / (1.0 + exp(-x)); }'

/**
 * `fn activation_gradient(dy: vec4f, z: vec4f) -> vec4f`: dy without an activation. With SiLU dy
 * silu'(z), where silu' = s (1 + z (1 - s)) and s = 1 / (1 + exp(-z)).
 */
export const activationGradientCode = (activated: boolean) =>
  activated
    ? `fn activation_gradient(dy: vec4f, z: vec4f) -> vec4f {
  let s = 1.0 / (1.0 + exp(-z));
  return dy * s * fma(z, 1.0 - s, vec4f(1.0));
}`
    : 'fn activation_gradient(dy: vec4f, z: vec4f) -> vec4f { return dy; }'

/**
 * Masks the expression `four`, elements `at` to `at + 3` of a row of length `count`: zeros beyond
 * the end of the row, and where `inside` is false.
 */
export function maskFour(four: string, inside: string, at: string, count: number): string {
  const inRow = `${at} + vec4u(0u, 1u, 2u, 3u) < vec4u(${count}u)`
  const mask = count % 4 === 0 ? inside : `vec4<bool>(${inside}) & (${inRow})`
  return `select(vec4f(), ${four}, ${mask})`
}

/** Repeats WGSL for 0 ... n - 1, for short loops whose variables should be registers. */
export const unroll = (n: number, line: (i: number) => string, separator = '\n'): string =>
  Array.from({ length: n }, (_, i) => line(i)).join(separator)

const programCache = new Map<string, Program>()

/** Returns the program with this key; its code is generated once. */
export function cachedProgram(key: string, generate: () => Omit<Program, 'key'>): Program {
  let program = programCache.get(key)
  if (!program) programCache.set(key, (program = { key, ...generate() }))
  return program
}
