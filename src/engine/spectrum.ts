// Radial power spectra: how much of a picture is in its coarse and how much in its fine structure.

/** `radius[i]` in cycles across the picture, `power[i]` the mean power at that distance from zero. */
export interface RadialSpectrum {
  radius: Float64Array
  power: Float64Array
}

/** Discrete Fourier transform in place, real and imaginary parts; the length is a power of two. Cooley & Tukey 1965. */
export function fft(re: Float64Array, im: Float64Array) {
  const n = re.length
  if (n & (n - 1)) throw new RangeError(`The length of an FFT is a power of two, not ${n}.`)
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1
    for (; j & bit; bit >>= 1) j ^= bit
    j ^= bit
    if (i < j) {
      ;[re[i], re[j]] = [re[j]!, re[i]!]
      ;[im[i], im[j]] = [im[j]!, im[i]!]
    }
  }
  for (let length = 2; length <= n; length *= 2) {
    for (let k = 0; k < length / 2; k++) {
      const angle = (-2 * Math.PI * k) / length
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
      for (let i = k; i < n; i += length) {
        const j = i + length / 2
        const [x, y] = [re[j]! * cos - im[j]! * sin, re[j]! * sin + im[j]! * cos]
        re[j] = re[i]! - x
        im[j] = im[i]! - y
        re[i]! += x
        im[i]! += y
      }
    }
  }
}

/** Power |F|² of a picture of `height` x `width`, padded with zeros to a square with a side that is a power of two. */
function powerOf(picture: ArrayLike<number>, height: number, width: number): { side: number; power: Float64Array } {
  const side = 2 ** Math.ceil(Math.log2(Math.max(height, width, 2)))
  const re = new Float64Array(side * side)
  const im = new Float64Array(side * side)
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) re[y * side + x] = picture[y * width + x]!
  for (const axis of [1, side]) {
    for (let line = 0; line < side; line++) {
      const start = line * (axis === 1 ? side : 1)
      const take = (part: Float64Array) => Float64Array.from({ length: side }, (_, k) => part[start + k * axis]!)
      const [lineRe, lineIm] = [take(re), take(im)]
      fft(lineRe, lineIm)
      for (let k = 0; k < side; k++) {
        re[start + k * axis] = lineRe[k]!
        im[start + k * axis] = lineIm[k]!
      }
    }
  }
  return { side, power: re.map((value, i) => value ** 2 + im[i]! ** 2) }
}

/** The mean over rings of equal distance from zero, up to the Nyquist frequency, per number of the picture. */
export function radialSpectrum(picture: ArrayLike<number>, height: number, width: number): RadialSpectrum {
  const { side, power } = powerOf(picture, height, width)
  const rings = side / 2
  const sums = new Float64Array(rings)
  const counts = new Float64Array(rings)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const ring = Math.round(Math.hypot(Math.min(x, side - x), Math.min(y, side - y)))
      if (ring === 0 || ring > rings) continue
      sums[ring - 1]! += power[y * side + x]!
      counts[ring - 1]!++
    }
  }
  return { radius: sums.map((_, i) => i + 1), power: sums.map((sum, i) => sum / counts[i]! / (height * width)) }
}

/** The density of points `[n, 2]` as a picture of `side` x `side` over [-extent, extent]², the mean being 1. */
export function densityOf(points: Float32Array, side: number, extent: number): Float64Array {
  const picture = new Float64Array(side * side)
  const cell = (value: number) => Math.floor(((value + extent) / (2 * extent)) * side)
  const share = (side * side) / (points.length / 2)
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [cell(points[i]!), cell(points[i + 1]!)]
    if (x >= 0 && x < side && y >= 0 && y < side) picture[y * side + x]! += share
  }
  return picture
}
