// Frequencies of the sinusoidal embedding of times. Loads no tfjs.

/**
 * Frequencies of an embedding of width `dim`, from 1 to 1/10000, half as many as `dim`. `shift` is
 * diffusers' `freq_shift` (Vaswani et al. 2017, section 3.5).
 */
export function embeddingFrequencies(dim: number, shift: number): Float64Array {
  const half = Math.floor(dim / 2)
  return Float64Array.from({ length: half }, (_, k) =>
    Math.exp((-Math.log(10000) * k) / (half - shift)),
  )
}
