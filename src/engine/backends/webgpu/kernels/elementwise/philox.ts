// Philox4x32-10 on the GPU: the same integers as philox.ts, and the numbers that random.ts derives
// from them. A draw needs 8 bytes from the CPU, its key.
import { countElements } from '../../../../base/shapes.ts'
import type { TensorInfo } from '../../../../base/tf.ts'
import type { WebGPUBackend } from '../../backend.ts'
import type { Program } from '../../program.ts'
import type { Key, StepKey } from '../../../../base/random.ts'
import { cachedProgram, workgroupGrid } from '../../wgsl.ts'

/**
 * The distribution of a draw: uniform in [0, 1), with the same bits as on the CPU; or standard
 * normal, within 2e-6 of the CPU's; or the integers themselves.
 */
export type Draw = 'integers' | 'uniform' | 'normal'

/**
 * Returns the draw with this key (`Random.nextKey`) as a tensor, without an upload. `integers` are
 * the generator's words as int32; `keyAt` gives the key at the step of a replay. Writes the tensor.
 */
export function drawRandom(
  backend: WebGPUBackend,
  draw: Draw,
  key: Key,
  shape: readonly number[],
  keyAt?: StepKey['at'],
): TensorInfo {
  const count = countElements(shape)
  const output = { shape, dtype: draw === 'integers' ? 'int32' : 'float32' } as const
  const scalarsAt = keyAt && ((step: number) => Uint32Array.from(keyAt(step)))
  const scalars = Uint32Array.from(key)
  return backend.dispatch(drawProgram(draw, count), [], [output], scalars, scalarsAt)[0]
}

const THREADS = 64

/** An invocation computes one Philox block, four numbers. */
const drawProgram = (draw: Draw, count: number): Program =>
  cachedProgram(`philox ${draw} ${count}`, () => {
    const blocks = Math.ceil(count / 4)
    const grid = workgroupGrid(Math.ceil(blocks / THREADS))
    const type = draw === 'integers' ? 'u32' : 'f32'
    const isFull = count % 4 === 0
    const element = isFull ? `vec4<${type}>` : type
    const storePart = `for (var e = 0u; e < min(4u, ${count}u - 4u * i); e++) {
    result[4u * i + e] = four[e];
  }`
    return {
      workgroups: grid.workgroups,
      transientScalars: true,
      code: `@group(0) @binding(0) var<storage, read_write> result: array<${element}>;
@group(0) @binding(1) var<uniform> key: vec2u;
${philoxCode}
${convertCode[draw]}
@compute @workgroup_size(${THREADS}) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  ${grid.begin}
  let i = group * ${THREADS}u + thread;
  if (i >= ${blocks}u) { return; }
  let four = convert(philox(vec4u(i, 0u, 0u, 0u), key));
  ${isFull ? 'result[i] = four;' : storePart}
}`,
    }
  })

/**
 * WGSL has no upper half of a product, so it is computed from halves of 16 bits. No partial sum
 * reaches 2^32.
 */
const philoxCode = `
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
    c = vec4u(
      mul_high(0xcd9e8d57u, c.z) ^ c.y ^ k.x, 0xcd9e8d57u * c.z,
      mul_high(0xd2511f53u, c.x) ^ c.w ^ k.y, 0xd2511f53u * c.x);
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}`

/**
 * Box-Muller with series for the logarithm, sine and cosine: WGSL's own may be off by 2^-11
 * (section 15.7.4). The differences from 1 and from the next quarter turn are computed in integers,
 * so they are exact.
 */
const boxMullerCode = `
// -ln((a + 1) / 2^32), with (a + 1) / 2^32 = (1 + x) 2^-k, 1 + x in [sqrt(1/2), sqrt(2)), and
// ln(1 + x) = 2 artanh(x / (2 + x)).
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
  let series =
    1.0 + z * (1.0 / 3.0 + z * (1.0 / 5.0 + z * (1.0 / 7.0 + z * (1.0 / 9.0 + z / 11.0))));
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
  let signs = vec2f(
    select(1.0, -1.0, quarter == 1u || quarter == 2u),
    select(1.0, -1.0, (quarter & 2u) == 2u));
  return swapped * signs;
}
fn convert(words: vec4u) -> vec4f {
  return vec4f(
    sqrt(2.0 * minus_log(words.x)) * turn(words.y),
    sqrt(2.0 * minus_log(words.z)) * turn(words.w));
}`

const convertCode: { [D in Draw]: string } = {
  integers: 'fn convert(words: vec4u) -> vec4u { return words; }',
  uniform: 'fn convert(words: vec4u) -> vec4f { return vec4f(words >> vec4u(8u)) * 0x1p-24f; }',
  normal: boxMullerCode,
}
