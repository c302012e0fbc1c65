// Noise levels of iDDPM's preconditioning. Loads no tfjs.

/**
 * u_0 ... u_M, which fall to u_M = 0: Karras et al. 2022, table 1, with M = 1000, C_1 = 0.001 and
 * C_2 = 0.008.
 */
export const iddpmLevels = (): Float64Array => (levels ??= makeLevels(1000))

let levels: Float64Array | undefined

function makeLevels(M: number): Float64Array {
  const alphaBar = (j: number) => Math.sin(((Math.PI / 2) * j) / (M * 1.008)) ** 2
  const made = new Float64Array(M + 1)
  for (let j = M; j > 0; j--) {
    made[j - 1] = Math.sqrt((made[j] ** 2 + 1) / Math.max(alphaBar(j - 1) / alphaBar(j), 0.001) - 1)
  }
  return made
}
