// Which modes of a mixture samples have found.
import { squaredDistance } from './squaredDistance.ts'

/** A mode is where items of one class lie. */
export interface Modes {
  /** `[modes, dim]`. */
  centers: Float64Array
  /** Standard deviation of one coordinate, by mode. */
  deviations: Float64Array
  /** The share of the items, by mode. */
  shares: Float64Array
}

export interface ModeScores {
  /** Modes with at least one sample within three deviations. */
  hit: number
  /** The share of samples within three deviations of the nearest mode. */
  close: number
  /** The share of those samples, by mode. */
  shares: Float64Array
  /** Kullback-Leibler divergence in nats of these shares from those of the data; infinite if no sample is close. */
  divergence: number
}

const REACH = 3

/** The modes of items `[count, dim]` with labels 0 ... modes - 1: their means and deviations; a class without items has none. */
export function modesOf(items: ArrayLike<number>, labels: ArrayLike<number>, dim: number): Modes {
  const classes = [...new Set(Array.from(labels))].filter((label) => label >= 0).sort((a, b) => a - b)
  const members = classes.map((label) => Array.from(labels).flatMap((own, i) => (own === label ? [i] : [])))
  const total = members.reduce((sum, { length }) => sum + length, 0)
  const centers = Float64Array.from(
    members.flatMap((own) => axes(dim).map((c) => own.reduce((sum, i) => sum + items[i * dim + c]!, 0) / own.length)),
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
 * How samples `[count, dim]` are spread over modes: "high quality" ones within three standard deviations of the nearest mode
 * (of one coordinate), and the modes that have one. Srivastava et al. 2017 (VEEGAN), section 5; Lin et al. 2018 (PacGAN).
 * Of items of a two-dimensional normal mode 98.9 % are that near.
 */
export function modeScores(samples: ArrayLike<number>, { centers, deviations, shares }: Modes, dim: number): ModeScores {
  const count = samples.length / dim
  const found = new Float64Array(shares.length)
  for (let i = 0; i < count; i++) {
    const [mode, squared] = nearest(samples, i, centers, dim)
    if (squared <= (REACH * deviations[mode]!) ** 2) found[mode]!++
  }
  const close = found.reduce((sum, own) => sum + own, 0)
  const parts = found.map((own) => (close ? own / close : 0))
  return {
    hit: found.filter((own) => own > 0).length,
    close: close / count,
    shares: parts,
    divergence: close ? parts.reduce((sum, p, m) => sum + (p > 0 ? p * Math.log(p / shares[m]!) : 0), 0) : Infinity,
  }
}

const axes = (dim: number) => Array.from({ length: dim }, (_, c) => c)

function nearest(samples: ArrayLike<number>, item: number, centers: Float64Array, dim: number): [mode: number, squared: number] {
  let [best, least] = [0, Infinity]
  for (let m = 0; m < centers.length / dim; m++) {
    const squared = squaredDistance(samples, item, centers, m, dim)
    if (squared < least) [best, least] = [m, squared]
  }
  return [best, least]
}
