// What the kernels' WGSL has in common: bindings, workgroups beyond the limit of a dimension, four numbers at once, as they are
// or as halves, SiLU.
import type { Program } from './program.ts'

/** A tensor as a kernel sees it: one number or four at once, or four halves in two words. */
export interface Bound {
  name: string
  of: 'f32' | 'vec4f' | 'half4'
}

/** A tensor of a kernel that is bound and no more: integers too, one or two at once. */
export interface Binding {
  name: string
  of: Bound['of'] | 'i32' | 'vec2u'
}

/** How a tensor whose last axis is `channels` is bound: four at a time where it can be. Halves are for multiples of four alone. */
export const bound = (name: string, channels: number, half = false): Bound => ({
  name,
  of: half ? 'half4' : channels % 4 === 0 ? 'vec4f' : 'f32',
})

/** Declarations of the bindings of group 0, in the order of `Backend.dispatch`: the outputs, then the inputs. */
export const bindings = (outputs: readonly Binding[], inputs: readonly Binding[]): string =>
  [...outputs, ...inputs]
    .map(({ name, of }, i) => {
      const access = i < outputs.length ? 'read_write' : 'read'
      return `@group(0) @binding(${i}) var<storage, ${access}> ${name}: array<${of === 'half4' ? 'vec2u' : of}>;`
    })
    .join('\n')

/**
 * `fn <name>_at(i: u32) -> vec4f`: four numbers from element `i`, a multiple of four where the tensor is bound four at a time.
 * Beyond the end of a tensor WGSL reads some number of it, or zero; who asks for it may not use it.
 */
export const reader = ({ name, of }: Bound): string => `fn ${name}_at(i: u32) -> vec4f { ${reads[of](name)} }`

const reads: { [O in Bound['of']]: (name: string) => string } = {
  f32: (name) => `return vec4f(${name}[i], ${name}[i + 1u], ${name}[i + 2u], ${name}[i + 3u]);`,
  vec4f: (name) => `return ${name}[i / 4u];`,
  half4: (name) => `let words = ${name}[i / 4u]; return vec4f(unpack2x16float(words.x), unpack2x16float(words.y));`,
}

/** `fn <name>_put(i: u32, value: vec4f, count: u32)`: writes the first `count` of four numbers from element `i`. */
export const writer = ({ name, of }: Bound): string =>
  `fn ${name}_put(i: u32, value: vec4f, count: u32) {
  ${writes[of](name)}
}`

/** The largest half. What WGSL makes of a larger number is not said, nor of NaN. */
const LARGEST_HALF = 65504

const writes: { [O in Bound['of']]: (name: string) => string } = {
  f32: (name) => `for (var e = 0u; e < min(count, 4u); e++) { ${name}[i + e] = value[e]; }`,
  vec4f: (name) => `${name}[i / 4u] = value;`,
  // Too large a number becomes the largest; a NaN stays one, told by its bits, and its neighbours become one, so that it is not lost.
  half4: (name) => `let held = clamp(value, vec4f(-${LARGEST_HALF}.0), vec4f(${LARGEST_HALF}.0));
  let words = vec2u(pack2x16float(held.xy), pack2x16float(held.zw));
  let isNaN = any((bitcast<vec4u>(value) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u));
  ${name}[i / 4u] = select(words, vec2u(0x7e007e00u), isNaN);`,
}

/** The most workgroups that every device takes in one dimension. */
export const MOST_WORKGROUPS = 65535

/**
 * Workgroups numbered from 0, folded to two dimensions where there are too many for one; `begin` is the beginning of a `main`
 * that has `@builtin(workgroup_id) workgroup: vec3u`, and leaves the number in `group`.
 */
export function workgroups(count: number): { workgroups: Program['workgroups']; begin: string } {
  const across = Math.min(count, MOST_WORKGROUPS)
  const down = Math.ceil(count / across)
  const begin =
    down === 1
      ? 'let group = workgroup.x;'
      : `let group = workgroup.x + workgroup.y * ${across}u;
  if (group >= ${count}u) { return; }`
  return { workgroups: [across, down, 1], begin }
}

/** `fn silu(x: vec4f) -> vec4f`: x / (1 + exp(-x)). */
export const silu = 'fn silu(x: vec4f) -> vec4f { return x / (1.0 + exp(-x)); }'

/** `fn dz_of(dy: vec4f, z: vec4f) -> vec4f`: dy silu'(z) with silu' = s (1 + z (1 - s)), s = 1 / (1 + exp(-z)). */
export const slopeCode = (activated: boolean) =>
  activated
    ? `fn dz_of(dy: vec4f, z: vec4f) -> vec4f {
  let s = 1.0 / (1.0 + exp(-z));
  return dy * s * fma(z, 1.0 - s, vec4f(1.0));
}`
    : 'fn dz_of(dy: vec4f, z: vec4f) -> vec4f { return dy; }'

/** Four numbers of a row of `count`, from number `at` on, or zeros: beyond its end, and where `inside` is not true. */
export const within = (four: string, inside: string, at: string, count: number): string =>
  count % 4 === 0
    ? `select(vec4f(), ${four}, ${inside})`
    : `select(vec4f(), ${four}, vec4<bool>(${inside}) & (${at} + vec4u(0u, 1u, 2u, 3u) < vec4u(${count}u)))`

/** WGSL written out for 0 ... n - 1: loops of few turns whose variables are to be registers. */
export const unrolled = (n: number, line: (i: number) => string, between = '\n'): string =>
  Array.from({ length: n }, (_, i) => line(i)).join(between)

const programs = new Map<string, Program>()

/** The program of a key, written once: a step asks for the same ones again and again. */
export function programOf(key: string, write: () => Omit<Program, 'key'>): Program {
  let program = programs.get(key)
  if (!program) programs.set(key, (program = { key, ...write() }))
  return program
}
