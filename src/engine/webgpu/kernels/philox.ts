// Philox4x32-10 on the GPU: the integers of philox.ts, and the numbers that random.ts makes of them. A draw is 8 bytes of key.
import type { TensorInfo } from '../../tf.ts'
import type { Backend } from '../backend.ts'
import type { Program } from '../program.ts'
import { programOf, workgroups } from '../wgsl.ts'

/** What a draw is made of: numbers evenly in [0, 1), the same bits as on the CPU, or standard normal ones, within 2e-6. */
export type Draw = 'integers' | 'uniform' | 'normal'

/**
 * The draw with this key (`Random.nextKey`) as a tensor: what `randomOf(...)` gives, without an upload. `integers` are the
 * generator's words, as int32. Writes the tensor, reads nothing.
 */
export function drawn(backend: Backend, draw: Draw, key: readonly [number, number], shape: readonly number[]): TensorInfo {
  const count = shape.reduce((product, size) => product * size, 1)
  const output = { shape, dtype: draw === 'integers' ? 'int32' : 'float32' } as const
  return backend.dispatch(program(draw, count), [], [output], Uint32Array.from(key))[0]!
}

const GROUP = 64

/** An invocation makes a block, four numbers. */
const program = (draw: Draw, count: number): Program =>
  programOf(`philox ${draw} ${count}`, () => {
    const blocks = Math.ceil(count / 4)
    const grid = workgroups(Math.ceil(blocks / GROUP))
    const type = draw === 'integers' ? 'u32' : 'f32'
    const isEven = count % 4 === 0
    const last = `for (var e = 0u; e < min(4u, ${count}u - 4u * i); e++) { result[4u * i + e] = four[e]; }`
    return {
      workgroups: grid.workgroups,
      passing: true,
      code: `@group(0) @binding(0) var<storage, read_write> result: array<${isEven ? `vec4<${type}>` : type}>;
@group(0) @binding(1) var<uniform> key: vec2u;
${philox}
${made[draw]}
@compute @workgroup_size(${GROUP}) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  ${grid.begin}
  let i = group * ${GROUP}u + thread;
  if (i >= ${blocks}u) { return; }
  let four = made(philox(vec4u(i, 0u, 0u, 0u), key));
  ${isEven ? 'result[i] = four;' : last}
}`,
    }
  })

/** WGSL has no upper half of a product: it is put together from halves of 16 bits. Each sum stays below 2^32. */
const philox = `
fn mul_high(a: u32, b: u32) -> u32 {
  let low = vec2u(a & 0xffffu, b & 0xffffu);
  let high = vec2u(a >> 16u, b >> 16u);
  let middle = high.x * low.y + ((low.x * low.y) >> 16u);
  let carry = low.x * high.y + (middle & 0xffffu);
  return high.x * high.y + (middle >> 16u) + (carry >> 16u);
}
fn philox(counter: vec4u, key: vec2u) -> vec4u {
  var c = counter;
  var k = key;
  for (var round = 0; round < 10; round++) {
    c = vec4u(mul_high(0xcd9e8d57u, c.z) ^ c.y ^ k.x, 0xcd9e8d57u * c.z, mul_high(0xd2511f53u, c.x) ^ c.w ^ k.y, 0xd2511f53u * c.x);
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}`

/**
 * Logarithm, sine and cosine by series: those of WGSL may be wrong by 2^-11 (section 15.7.4). Differences from 1 and from
 * the next quarter turn are taken in integers, where they are exact.
 */
const boxMuller = `
// -ln((a + 1) / 2^32), from (a + 1) / 2^32 = (1 + x) 2^-k with 1 + x in [sqrt(1/2), sqrt(2)): ln(1 + x) = 2 artanh(x / (2 + x)).
fn minus_log(a: u32) -> f32 {
  let w = a + 1u;
  if (w == 0u) { return 0.0; }
  let shift = 31u - firstLeadingBit(w);
  let n = w << shift;
  let is_low = n < 0xb504f334u;
  let x = select(-f32(0u - n) * 0x1p-32f, f32(n - 0x80000000u) * 0x1p-31f, is_low);
  let k = f32(shift) + select(0.0, 1.0, is_low);
  let s = x / (2.0 + x);
  let z = s * s;
  let series = 1.0 + z * (1.0 / 3.0 + z * (1.0 / 5.0 + z * (1.0 / 7.0 + z * (1.0 / 9.0 + z / 11.0))));
  return k * 0.6931471805599453 - 2.0 * s * series;
}
// cos and sin of 2 pi b / 2^32.
fn turn(b: u32) -> vec2f {
  let quarter = (b + 0x20000000u) >> 30u;
  let angle = f32(bitcast<i32>(b - (quarter << 30u))) * 1.4629180792671596e-9;
  let z = angle * angle;
  let s = angle * (1.0 - z / 6.0 * (1.0 - z / 20.0 * (1.0 - z / 42.0 * (1.0 - z / 72.0))));
  let c = 1.0 - z / 2.0 * (1.0 - z / 12.0 * (1.0 - z / 30.0 * (1.0 - z / 56.0 * (1.0 - z / 90.0))));
  let swapped = select(vec2f(c, s), vec2f(s, c), (quarter & 1u) == 1u);
  let signs = vec2f(select(1.0, -1.0, quarter == 1u || quarter == 2u), select(1.0, -1.0, (quarter & 2u) == 2u));
  return swapped * signs;
}
fn made(words: vec4u) -> vec4f {
  return vec4f(sqrt(2.0 * minus_log(words.x)) * turn(words.y), sqrt(2.0 * minus_log(words.z)) * turn(words.w));
}`

const made: { [D in Draw]: string } = {
  integers: 'fn made(words: vec4u) -> vec4u { return words; }',
  uniform: 'fn made(words: vec4u) -> vec4f { return vec4f(words >> vec4u(8u)) * 0x1p-24f; }',
  normal: boxMuller,
}
