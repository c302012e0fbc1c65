// Fourier transforms and radial power spectra of images.

/** `radius[i]`: frequency in cycles per image; `power[i]`: mean power at that frequency. */
export interface RadialSpectrum {
  radius: Float64Array
  power: Float64Array
}

/**
 * Discrete Fourier transform in place, of real and imaginary parts. The length must be a power of
 * two. Cooley & Tukey 1965.
 */
export function fft(re: Float64Array, im: Float64Array) {
  const n = re.length
  if (n & (n - 1)) throw new RangeError(`The length of an FFT is a power of two, not ${n}.`)
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1
    for (; j & bit; bit >>= 1) j ^= bit
    j ^= bit
    if (i < j) {
      ;[re[i], re[j]] = [re[j], re[i]]
      ;[im[i], im[j]] = [im[j], im[i]]
    }
  }
  for (let length = 2; length <= n; length *= 2) {
    for (let k = 0; k < length / 2; k++) {
      const angle = (-2 * Math.PI * k) / length
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
      for (let i = k; i < n; i += length) {
        const j = i + length / 2
        const [x, y] = [re[j] * cos - im[j] * sin, re[j] * sin + im[j] * cos]
        re[j] = re[i] - x
        im[j] = im[i] - y
        re[i] += x
        im[i] += y
      }
    }
  }
}

/** Like {@link fft}, for any length: O(n²) by the definition if it is not a power of two. */
function transform(re: Float64Array, im: Float64Array) {
  const n = re.length
  if (!(n & (n - 1))) return fft(re, im)
  const cos = Float64Array.from({ length: n }, (_, i) => Math.cos((2 * Math.PI * i) / n))
  const sin = Float64Array.from({ length: n }, (_, i) => Math.sin((2 * Math.PI * i) / n))
  const [fromRe, fromIm] = [re.slice(), im.slice()]
  for (let k = 0; k < n; k++) {
    let [sumRe, sumIm] = [0, 0]
    for (let i = 0, turn = 0; i < n; i++, turn = (turn + k) % n) {
      sumRe += fromRe[i] * cos[turn] + fromIm[i] * sin[turn]
      sumIm += fromIm[i] * cos[turn] - fromRe[i] * sin[turn]
    }
    re[k] = sumRe
    im[k] = sumIm
  }
}

/**
 * |F|² of an image `[height, width]` at all frequencies, without padding or windowing: the image is
 * treated as periodic. Its sum is height * width times the sum of squares (Parseval).
 */
export function powerSpectrum(
  picture: ArrayLike<number>,
  height: number,
  width: number,
): Float64Array {
  const re = Float64Array.from(picture)
  const im = new Float64Array(height * width)
  const alongLine = (start: number, step: number, length: number) => {
    const take = (part: Float64Array) =>
      Float64Array.from({ length }, (_, k) => part[start + k * step])
    const [lineRe, lineIm] = [take(re), take(im)]
    transform(lineRe, lineIm)
    for (let k = 0; k < length; k++) {
      re[start + k * step] = lineRe[k]
      im[start + k * step] = lineIm[k]
    }
  }
  for (let y = 0; y < height; y++) alongLine(y * width, 1, width)
  for (let x = 0; x < width; x++) alongLine(x, width, height)
  return re.map((value, i) => value ** 2 + im[i] ** 2)
}

/** Magnitude of each frequency of an image `[height, width]`, in cycles per longer side. */
export function frequencies(height: number, width: number): Float64Array {
  const longer = Math.max(height, width)
  const along = (k: number, size: number) => (Math.min(k, size - k) * longer) / size
  return Float64Array.from({ length: height * width }, (_, i) =>
    Math.hypot(along(i % width, width), along(Math.floor(i / width), height)),
  )
}

/**
 * Radial power spectrum: the mean power over rings of equal frequency, from 1 to the Nyquist
 * frequency in cycles per longer side, divided by the number of pixels. For white noise it is the
 * variance in every ring.
 */
export function radialSpectrum(
  picture: ArrayLike<number>,
  height: number,
  width: number,
): RadialSpectrum {
  const power = powerSpectrum(picture, height, width)
  const rings = Math.floor(Math.max(height, width) / 2)
  const sums = new Float64Array(rings)
  const counts = new Float64Array(rings)
  for (const [i, frequency] of frequencies(height, width).entries()) {
    const ring = Math.round(frequency)
    if (ring === 0 || ring > rings) continue
    sums[ring - 1] += power[i]
    counts[ring - 1]++
  }
  return {
    radius: sums.map((_, i) => i + 1),
    power: sums.map((sum, i) => sum / counts[i] / (height * width)),
  }
}

/** Histogram of points `[n, 2]` as a `side` x `side` image of [-extent, extent]², with mean 1. */
export function pointHistogram(points: Float32Array, side: number, extent: number): Float64Array {
  const picture = new Float64Array(side * side)
  const cell = (value: number) => Math.floor(((value + extent) / (2 * extent)) * side)
  const share = (side * side) / (points.length / 2)
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [cell(points[i]), cell(points[i + 1])]
    if (x >= 0 && x < side && y >= 0 && y < side) picture[y * side + x] += share
  }
  return picture
}
