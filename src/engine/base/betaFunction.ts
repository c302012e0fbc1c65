// The incomplete beta function and its inverse, for the beta spacing of noise levels.

/** Coefficients of Lanczos' approximation of log Γ(x) for x > 0, g = 7; error about 1e-15. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7,
]

function logGamma(x: number): number {
  // The series does not converge here: use the reflection formula.
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  const base = x - 1 + 7.5
  const series = LANCZOS.reduce((sum, c, i) => (i === 0 ? c : sum + c / (x - 1 + i)), 0)
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(base) - base + Math.log(series)
}

/** log B(a, b). */
const logBeta = (a: number, b: number) => logGamma(a) + logGamma(b) - logGamma(a + b)

/**
 * I_x(a, b), the cumulative distribution function of Beta(a, b), for x in [0, 1] and a, b > 0. Uses
 * the continued fraction of Abramowitz & Stegun, 26.5.8, on the side where it converges quickly.
 */
export function regularizedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  if (x > (a + 1) / (a + b + 2)) return 1 - regularizedBeta(1 - x, b, a)
  return (
    (Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b)) / a) * betaFraction(x, a, b)
  )
}

/** 1 / (1 + d_1 / (1 + d_2 / ...)), by Lentz's method. */
function betaFraction(x: number, a: number, b: number): number {
  const away = (value: number) => (Math.abs(value) < 1e-300 ? 1e-300 : value)
  let [below, c, d] = [1, 1, 0]
  for (let i = 1; i < 1000; i++) {
    const m = i >> 1
    const over = (a + i - 1) * (a + i)
    const term = (i % 2 === 1 ? -(a + m) * (a + b + m) * x : m * (b - m) * x) / over
    d = 1 / away(1 + term * d)
    c = away(1 + term / c)
    below *= c * d
    if (Math.abs(c * d - 1) < 1e-16) break
  }
  return 1 / below
}

/**
 * Returns the x with I_x(a, b) = p, for p in [0, 1] (`scipy.stats.beta.ppf`). Newton's method in
 * log x, in which the function is nearly linear towards 0, safeguarded by bisection. The relative
 * error is about 1e-14.
 */
export function inverseRegularizedBeta(p: number, a: number, b: number): number {
  if (p <= 0) return 0
  if (p >= 1) return 1
  // Near 1 the distance to 1 is more precise than x.
  return p > regularizedBeta(0.5, a, b) ? 1 - lowerQuantile(1 - p, b, a) : lowerQuantile(p, a, b)
}

/** Inverts I_x(a, b) = p for an x below or near 1/2. */
function lowerQuantile(p: number, a: number, b: number): number {
  let [low, high] = [-Infinity, 0]
  let u = Math.min(Math.log(0.5), (Math.log(p) + Math.log(a) + logBeta(a, b)) / a)
  for (let i = 0; i < 100; i++) {
    const x = Math.exp(u)
    const reached = regularizedBeta(x, a, b)
    if (reached > p) high = u
    else low = u
    const slope = Math.exp(a * u + (b - 1) * Math.log1p(-x) - logBeta(a, b)) / reached
    let next = u - Math.log(reached / p) / slope
    if (!(next > low && next < high)) next = low === -Infinity ? u - 1 : (low + high) / 2
    if (Math.abs(next - u) < 1e-15) break
    u = next
  }
  return Math.exp(u)
}
