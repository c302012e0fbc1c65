// Levels of the connected schedule at a time, and its inverse.
import { levelsAtRatio } from '../../process/schedule.ts'
import type { ScheduleLookup } from '../functionTypes.ts'

const level = (
  name: string,
  about: string,
  read: Extract<ScheduleLookup['host'], { of: 'time' }>['read'],
  latex: (t: string) => string,
): ScheduleLookup => ({
  kinds: 'schedule',
  id: name,
  written: name,
  arity: [1, 1],
  args: 's',
  about: `${about} at the time s, at t without an argument`,
  host: { of: 'time', read },
  latex: { print: latex },
  torch: { print: (t) => `schedule.${name}(${t})` },
})

export const lookups: readonly ScheduleLookup[] = [
  level(
    'alpha',
    'Factor α of the data',
    ({ alpha }, i) => alpha[i],
    (t) => `\\alpha_{${t}}`,
  ),
  level(
    'sigma',
    'Factor σ of the noise',
    ({ sigma }, i) => sigma[i],
    (t) => `\\sigma_{${t}}`,
  ),
  level(
    'snr',
    'Signal-to-noise ratio α² / σ²',
    ({ alpha, sigma }, i) => (alpha[i] / sigma[i]) ** 2,
    (t) => `\\mathrm{SNR}_{${t}}`,
  ),
  level(
    'log_snr',
    'Logarithm of the signal-to-noise ratio',
    ({ alpha, sigma }, i) => 2 * Math.log(alpha[i] / sigma[i]),
    (t) => `\\ln\\mathrm{SNR}_{${t}}`,
  ),
  {
    kinds: 'schedule',
    id: 'time',
    written: 'time',
    arity: [1, 1],
    args: 'r',
    about: 'Time at which σ / α is r, limited to the range of the schedule',
    host: {
      of: 'ratio',
      read: (schedule, ratio) => levelsAtRatio(schedule, Float64Array.of(ratio)).t[0],
    },
    latex: { print: (r) => `t_{\\sigma / \\alpha = ${r}}` },
    torch: { print: (r) => `schedule.time(${r})` },
  },
]
