// Mode coverage: the modes of a mixture that samples reach.
import { squaredDistance } from '../base/squaredDistance.ts'

/** Modes of a mixture, one per class. */
export interface Modes {
  /** `[modes, dim]`. */
  centers: Float64Array
  /** Standard deviation of one coordinate, by mode. */
  deviations: Float64Array
  /** Share of the items, by mode. */
  shares: Float64Array
}

export interface ModeScores {
  /** Modes with at least one sample within three deviations. */
  hit: number
  /** Share of samples within three deviations of the nearest mode. */
  close: number
  /** Share of these samples, by mode. */
  shares: Float64Array
  /**
   * KL divergence in nats between these shares and those of the data; infinite if no sample is
   * close.
   */
  divergence: number
}

const REACH = 3

/**
 * Estimates the modes of items `[count, dim]` with labels 0 ... modes - 1; classes without items
 * are omitted.
 */
export function estimateModes(
  items: ArrayLike<number>,
  labels: ArrayLike<number>,
  dim: number,
): Modes {
  const classes = [...new Set(Array.from(labels))]
    .filter((label) => label >= 0)
    .sort((a, b) => a - b)
  const members = classes.map((label) =>
    Array.from(labels).flatMap((own, i) => (own === label ? [i] : [])),
  )
  const total = members.reduce((sum, { length }) => sum + length, 0)
  const centers = Float64Array.from(
    members.flatMap((own) =>
      axisIndices(dim).map((c) => own.reduce((sum, i) => sum + items[i * dim + c], 0) / own.length),
    ),
  )
  const deviations = members.map((own, m) => {
    const squares = own.reduce((sum, i) => sum + squaredDistance(items, i, centers, m, dim), 0)
    return Math.sqrt(squares / (own.length * dim))
  })
  return {
    centers,
    deviations: Float64Array.from(deviations),
    shares: Float64Array.from(members, ({ length }) => length / total),
  }
}

/**
 * Scores samples `[count, dim]`: "high quality" samples lie within three standard deviations (per
 * coordinate) of the nearest mode, and modes with such a sample are hit. Srivastava et al. 2017
 * (VEEGAN), section 5; Lin et al. 2018 (PacGAN). 98.9 % of a two-dimensional normal lie that near.
 */
export function modeScores(
  samples: ArrayLike<number>,
  { centers, deviations, shares }: Modes,
  dim: number,
): ModeScores {
  const count = samples.length / dim
  const found = new Float64Array(shares.length)
  for (let i = 0; i < count; i++) {
    const [mode, squared] = nearestMode(samples, i, centers, dim)
    if (squared <= (REACH * deviations[mode]) ** 2) found[mode]++
  }
  const close = found.reduce((sum, own) => sum + own, 0)
  const parts = found.map((own) => (close ? own / close : 0))
  return {
    hit: found.filter((own) => own > 0).length,
    close: close / count,
    shares: parts,
    divergence: close
      ? parts.reduce((sum, p, m) => sum + (p > 0 ? p * Math.log(p / shares[m]) : 0), 0)
      : Infinity,
  }
}

const axisIndices = (dim: number) => Array.from({ length: dim }, (_, c) => c)

function nearestMode(
  samples: ArrayLike<number>,
  item: number,
  centers: Float64Array,
  dim: number,
): [mode: number, squared: number] {
  let [best, least] = [0, Infinity]
  for (let m = 0; m < centers.length / dim; m++) {
    const squared = squaredDistance(samples, item, centers, m, dim)
    if (squared < least) [best, least] = [m, squared]
  }
  return [best, least]
}
