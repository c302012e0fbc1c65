// Convolutions of upsampled images as products of the image before it was upsampled. Nearest
// neighbour upsampling repeats each pixel, so neighbouring pixels of a 3x3 filter meet the same
// number: an output pixel sees 2 x 2 pixels of the image through sums of the filter, which depend on
// the parity of the output pixel in each direction (compare Aitken et al. 2017, "Checkerboard
// artifact free sub-pixel convolution", where both forms are equal). For each pixel of the image and
// pair of channels, the four products have 16 multiplications instead of 36.
//
// In a direction with filter w, an output pixel y sees rows of the image from floor((y - pad) / 2)
// on: through w0 + w1 and w2 if y - pad is even, through w0 and w1 + w2 if it is odd. Their
// differences to the first of the two copies, 2 s - odd, are -1, 0, 1, 2: a `tap`, which has the
// sum of the filter's pixels max(tap, 0) to min(tap + 1, 2). The input gradient of a pixel sums over
// all 16 pairs of taps.
import type { Pad } from './convInput.ts'

/** Parities of output pixels, two in each direction. */
export const PARITIES = 4
/** Taps of each parity. */
export const TAPS = 4

interface Geometry {
  upsample?: boolean
  /** [kh, kw, cin, cout]. */
  filter: readonly number[]
  stride: number
  pad: Pad
}

/**
 * Returns whether a convolution with this geometry can be computed as four products: the output has
 * as many pixels of each parity.
 */
export const isFourProducts = ({
  upsample = false,
  filter: [kh, kw],
  stride,
  pad: { top, bottom, left, right },
}: Geometry): boolean =>
  upsample &&
  kh === 3 &&
  kw === 3 &&
  stride === 1 &&
  (top + bottom) % 2 === 0 &&
  (left + right) % 2 === 0

const parity = (pad: number) => ((pad % 2) + 2) % 2

/**
 * WGSL of
 * - `parity_at(part: u32) -> vec2i`: the parity of the output pixels of a part, down and across;
 * - `first_row(y: i32, part: u32) -> i32`: the first row of the image that the y-th output row of
 *   that parity sees; `first_column` likewise;
 * - `tap_of(step: u32, part: u32) -> vec2i`: the tap of one of the four pixels it sees.
 */
export const fourProductsCode = ({ top, left }: Pick<Pad, 'top' | 'left'>): string => `
fn parity_at(part: u32) -> vec2i { return vec2i(i32(part >> 1u), i32(part & 1u)); }
fn first_row(y: i32, part: u32) -> i32 { return y + ((parity_at(part).x - ${top}) >> 1u); }
fn first_column(x: i32, part: u32) -> i32 { return x + ((parity_at(part).y - ${left}) >> 1u); }
fn tap_of(step: u32, part: u32) -> vec2i {
  let odd = (parity_at(part) + vec2i(${parity(top)}, ${parity(left)})) & vec2i(1);
  return 2 * vec2i(i32(step >> 1u), i32(step & 1u)) - odd;
}`

/** A loop over the pixels `y * 3 + x` of the filter that `tap` sums. */
export const tapLoop = (body: string): string =>
  `for (var y = max(tap.x, 0); y <= min(tap.x + 1, 2); y++) {
    for (var x = max(tap.y, 0); x <= min(tap.y + 1, 2); x++) { ${body} }
  }`

/**
 * `fn <name>(step: u32, c: u32, n: u32, part: u32)`, the filter of the tap `tap`, at the element
 * `index` of its matrix: four numbers, summed as they are read, or one from `summedFilter`.
 */
export const tapFilterCode = (
  name: string,
  { tap, index, pairs, summed }: { tap: string; index: string; pairs: number; summed: boolean },
): string =>
  summed
    ? `fn ${name}(step: u32, c: u32, n: u32, part: u32) -> f32 {
  let tap = ${tap};
  return weight[u32((tap.x + 1) * 4 + tap.y + 1) * ${pairs}u + ${index}];
}`
    : `fn ${name}(step: u32, c: u32, n: u32, part: u32) -> vec4f {
  let tap = ${tap};
  var sum = vec4f();
  ${tapLoop(`sum += weight_at(u32(y * 3 + x) * ${pairs}u + ${index});`)}
  return sum;
}`
