// Times chosen by their noise level, and neighbouring levels of a list.
import { EngineError } from '../base/errors.ts'
import { processMessages } from '../messages/process.ts'
import type { Schedule, Times } from './schedule.ts'
import { getRatios, levelsAt, levelsAtRatio } from './schedule.ts'
import type { Transitions } from './timesteps.ts'

/**
 * Quantities of a noise level. `sigma`: σ / α, but σ for a flow, as in lists of timesteps. `snr`:
 * α² / σ². `log_snr`: its natural logarithm, λ of Kingma et al. 2021.
 */
export const levelQuantities = ['sigma', 'snr', 'log_snr'] as const
export type LevelQuantity = (typeof levelQuantities)[number]

/** σ / α from a quantity, and back. */
const conversions: {
  [K in LevelQuantity]: {
    toRatio: (value: number, schedule: Schedule) => number
    fromRatio: (ratio: number, schedule: Schedule) => number
  }
} = {
  sigma: {
    toRatio: (sigma, { kind }) => (kind === 'flow' ? sigma / (1 - sigma) : sigma),
    fromRatio: (ratio, { kind }) =>
      kind === 'flow' ? (ratio === Infinity ? 1 : ratio / (1 + ratio)) : ratio,
  },
  snr: { toRatio: (snr) => 1 / Math.sqrt(snr), fromRatio: (ratio) => 1 / ratio ** 2 },
  log_snr: {
    toRatio: (logSnr) => Math.exp(-logSnr / 2),
    fromRatio: (ratio) => -2 * Math.log(ratio),
  },
}

/**
 * The time at which a schedule has this noise level. Between two timesteps of a table, `ratio` is
 * exact and t interpolated. Throws EngineError about `quantity` for a level outside the schedule.
 */
export function timeAtLevel(schedule: Schedule, quantity: LevelQuantity, value: number): Times {
  const { toRatio, fromRatio } = conversions[quantity]
  // Without the rounding of a division and its inverse.
  if (quantity === 'sigma' && schedule.kind === 'flow' && value >= 0 && value <= 1)
    return { t: Float64Array.of(value === 0 ? -1 : value * schedule.T) }
  const ratio = toRatio(value, schedule)
  const [lowest, highest] = getRatioRange(schedule)
  // A ratio of 0 is clean data, which every schedule has.
  if (ratio === 0 || (ratio >= lowest && ratio <= highest && !isEndless(schedule, ratio))) {
    const { t } = levelsAtRatio(schedule, Float64Array.of(ratio))
    return schedule.kind === 'table' && ratio > 0 ? { t, ratio: Float64Array.of(ratio) } : { t }
  }
  const ends = [lowest, highest].map((end) => fromRatio(end, schedule))
  throw new EngineError(processMessages.levelRange, {
    argument: quantity,
    least: round(Math.min(...ends)),
    most: round(Math.max(...ends)),
    value,
  })
}

/** In a schedule whose time is σ, no finite time is pure noise. */
const isEndless = ({ kind }: Schedule, ratio: number) => kind === 'sigma' && ratio === Infinity

const round = (value: number) => Number(value.toPrecision(6))

function getRatioRange(schedule: Schedule): [number, number] {
  const ratioAt = (t: number) => getRatios(levelsAt(schedule, { t: Float64Array.of(t) }))[0]
  switch (schedule.kind) {
    case 'table':
      return [ratioAt(0), ratioAt(schedule.T - 1)]
    case 'vp':
      return [0, ratioAt(schedule.T)]
    default:
      return [0, Infinity]
  }
}

export const directions = ['cleaner', 'noisier'] as const
export type Direction = (typeof directions)[number]

/**
 * The next level of a list on the cleaner or noisier side of each time. The list and its order do
 * not matter, only its levels, with both ends; they are compared by σ / α if both have one, else by
 * t. Throws EngineError about t if the list has no such level.
 */
export function neighbourTimes(
  { t, ratio }: Times,
  list: Transitions,
  direction: Direction,
): Times {
  const byRatio = ratio !== undefined && list.ratio !== undefined
  const levels = collectLevels(list, byRatio)
  const found = Array.from(byRatio ? ratio : t, (value, i) => {
    const level =
      direction === 'cleaner'
        ? levels.findLast(({ position }) => position < value)
        : levels.find(({ position }) => position > value)
    if (level) return level
    throw new EngineError(
      direction === 'cleaner' ? processMessages.belowList : processMessages.aboveList,
      { argument: 't', end: levels.at(direction === 'cleaner' ? 0 : -1)?.t ?? -1, t: t[i] },
    )
  })
  return {
    t: Float64Array.from(found, (level) => level.t),
    ...(list.ratio && { ratio: Float64Array.from(found, (level) => level.ratio) }),
  }
}

interface ListedLevel {
  position: number
  t: number
  ratio: number
}

/** All levels of a list, from the cleanest. */
function collectLevels(list: Transitions, byRatio: boolean): ListedLevel[] {
  const toLevels = (t: Float64Array, ratio: Float64Array | undefined) =>
    Array.from(t, (time, i) => ({
      position: byRatio && ratio ? ratio[i] : time,
      t: time,
      ratio: ratio?.[i] ?? NaN,
    }))
  return [...toLevels(list.t, list.ratio), ...toLevels(list.tPrev, list.ratioPrev)].toSorted(
    (a, b) => a.position - b.position,
  )
}
