// Products of float16 in the tiled variant of gemm.ts, summed in float32. Numbers of A and of B are
// scaled by powers of two before they are rounded, so that neither the rounding of small gradients
// nor an overflow depends on the units of a loss: the largest magnitude that a workgroup has read so
// far becomes 2^5 to 2^6. What is added to the sums is scaled back.
//
// A term has a relative error of at most 3 x 2^-11 (two numbers and their product are rounded), or
// with sums of four products 6 x 2^-11 of the largest partial sum. A number that is not finite makes
// all results of its workgroup NaN.
import { unroll } from '../../wgsl.ts'
import type { Tiled } from './tiles.ts'

/** The exponent of the largest magnitude after scaling: four products of 2^6 x 2^6 fit. */
const TARGET_EXPONENT = 5
/** A scale of 2^60 suffices for numbers that matter, and the scales of A and B have a product. */
const LARGEST_EXPONENT = 60
const BIAS = 127

/**
 * WGSL of the largest magnitudes of A and B in a workgroup:
 * - `magnitude(x: vec4f) -> u32`: the bits of the largest magnitude, whose order is that of the
 *   numbers;
 * - `scale_for(peak: u32) -> f32` and `inverse_scale_for`: the power of two for this largest
 *   magnitude, and its inverse, which is NaN if the magnitude is not finite;
 * - `raise_peaks(a: u32, b: u32)`: raises `peak_a` and `peak_b`, which begin at 0.
 */
export const peaksCode = `fn magnitude(x: vec4f) -> u32 {
  let bits = bitcast<vec4u>(x) & vec4u(0x7fffffffu);
  return max(max(bits.x, bits.y), max(bits.z, bits.w));
}
fn scale_exponent(peak: u32) -> u32 {
  return min(${2 * BIAS + TARGET_EXPONENT}u - (peak >> 23u), ${BIAS + LARGEST_EXPONENT}u);
}
fn scale_for(peak: u32) -> f32 { return bitcast<f32>(scale_exponent(peak) << 23u); }
fn inverse_scale_for(peak: u32) -> f32 {
  let bits = (${2 * BIAS}u - scale_exponent(peak)) << 23u;
  return bitcast<f32>(select(bits, 0x7fc00000u, peak >= 0x7f800000u));
}
var<workgroup> peak_a: atomic<u32>;
var<workgroup> peak_b: atomic<u32>;
fn raise_peaks(a: u32, b: u32) {
  if (a > atomicLoad(&peak_a)) { atomicMax(&peak_a, a); }
  if (b > atomicLoad(&peak_b)) { atomicMax(&peak_b, b); }
}`

/** Raises the peaks to the largest of the loaded fours `<a>0` ... and `<b>0` .... */
export const raisePeaksCode = (a: string, aCount: number, b: string, bCount: number): string => {
  const largest = (name: string, count: number) =>
    Array.from({ length: count }, (_, i) => `magnitude(${name}${i})`).reduce(
      (found, each) => `max(${found}, ${each})`,
    )
  return `raise_peaks(${largest(a, aCount)}, ${largest(b, bCount)});`
}

/**
 * Adds products of float16 to the accumulators `c<row>_<four>`, for four terms: `a(i, t)` is a
 * number, `b(j, t)` four columns, and `declare(t)` declares what they need.
 */
export function multiplyAddHalvesCode(
  { rows, columns, half }: Pick<Tiled, 'rows' | 'columns' | 'half'>,
  { a, b, declare }: { a: Operand; b: Operand; declare: (t: number) => string },
): string {
  const forTile = (line: (i: number, j: number) => string) =>
    unroll(rows, (i) => unroll(columns / 4, (j) => line(i, j), ' '))
  const add = (i: number, j: number, four: string) =>
    `c${i}_${j} = fma(vec4f(${four}), vec4f(unscale), c${i}_${j});`
  if (half === 1)
    return unroll(
      4,
      (t) => `{ ${declare(t)} ${forTile((i, j) => add(i, j, `${a(i, t)} * ${b(j, t)}`))} }`,
    )
  const addTerm = (t: number) =>
    forTile((i, j) =>
      t === 0
        ? `h${i}_${j} = ${a(i, t)} * ${b(j, t)};`
        : `h${i}_${j} = fma(vec4h(${a(i, t)}), ${b(j, t)}, h${i}_${j});`,
    )
  return `${forTile((i, j) => `var h${i}_${j}: vec4h;`)}
    ${unroll(4, (t) => `{ ${declare(t)} ${addTerm(t)} }`)}
    ${forTile((i, j) => add(i, j, `h${i}_${j}`))}`
}

type Operand = (line: number, t: number) => string
