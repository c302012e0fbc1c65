// Densities of training timesteps as Python, as in engine/process/densities.ts.
import type { Schedule } from '../../../engine/process/schedule.ts'
import { torchMessages } from '../../../messages/torch.ts'
import { pyNumber } from '../python.ts'
import type { NodeWriter } from '../nodeWriter.ts'
import { refuse } from '../refusal.ts'

type Numbers = Record<string, number>

/** The position between data and noise, from uniform numbers u. */
const shares: Record<string, (params: Numbers) => string> = {
  uniform: () => 'u',
  logit_normal: ({ logit_mean: mean, logit_std: std }) =>
    `torch.sigmoid(${pyNumber(mean)} + ${pyNumber(std)} * torch.special.ndtri(u))`,
  mode: ({ mode_scale }) => `u - ${pyNumber(mode_scale)} * (torch.sin(math.pi * u / 2) ** 2 - u)`,
  cosmap: () => '1 - 1 / (1 + torch.tan(math.pi * u / 2))',
}

/** Limits of sigma / alpha to which a density is cut, by a function of them. */
const within = ({ sigma_min, sigma_max }: Numbers, share: (sigma: number) => number) => {
  const [low, high] = [share(sigma_min), share(sigma_max)]
  return `(${pyNumber(low)} + u * ${pyNumber(high - low)})`
}

/** The ratio sigma / alpha, from uniform numbers u. */
const ratios: Record<string, (params: Numbers) => string> = {
  lognormal: ({ mean, std }) =>
    `torch.exp(${pyNumber(mean)} + ${pyNumber(std)} * torch.special.ndtri(u))`,
  loguniform: (params) => `torch.exp${within(params, Math.log)}`,
  v_diffusion: ({ sigma_data, ...range }) =>
    `${pyNumber(sigma_data)} * torch.tan${within(range as Numbers, (sigma) => Math.atan(sigma / sigma_data))}`,
  loglogistic: ({ loc, scale, ...range }) => {
    const inside = within(
      range as Numbers,
      (sigma) => 1 / (1 + Math.exp(-(Math.log(sigma) - loc) / scale)),
    )
    return `torch.exp(${pyNumber(loc)} + ${pyNumber(scale)} * torch.logit${inside})`
  },
}

/** Code of times of a schedule: uniform numbers through the quantile function of a density. */
export function quantileCode(
  node: NodeWriter,
  schedule: Schedule,
  uniform: string,
  { count, mine }: { count: string; mine: string },
): string {
  const { density, stratified, ...params } = node.params as { density: string; stratified: boolean }
  const u = node.variable('u')
  const middle = `${uniform}.double() + 2**-25`
  const drawn = stratified ? `(torch.arange(${count}) + ${middle}) / ${count}` : middle
  node.line(`${u} = ${mine ? `(${drawn})${mine}` : drawn}`)
  const code = (text: string) => text.replaceAll(/\bu\b/g, u)
  const share = shares[density]?.(params as Numbers)
  if (share !== undefined) return code(timeOfShare(schedule, density, share))
  const ratio = ratios[density]?.(params as Numbers)
  if (ratio === undefined) refuse(torchMessages.density({ density }))
  return code(timeOfRatio(schedule, ratio, node.input('schedule').code))
}

function timeOfShare(schedule: Schedule, density: string, share: string): string {
  switch (schedule.kind) {
    case 'table':
      return `(${schedule.T} * (${share})).long().clamp(max=${schedule.T - 1})`
    case 'sigma': {
      const { sigmaMin: min, sigmaMax: max } = schedule
      if (density === 'uniform') return `${pyNumber(min)} + ${pyNumber(max - min)} * ${share}`
      return `1 / (1 / (${share}) - 1)`
    }
    default:
      return share === 'u' ? `${schedule.T} * u` : `${schedule.T} * (${share})`
  }
}

function timeOfRatio(schedule: Schedule, ratio: string, name: string): string {
  switch (schedule.kind) {
    case 'table':
      return `nearest_timesteps(${name}, ${ratio}, ${schedule.T})`
    case 'flow':
      return `${schedule.T} / (1 + 1 / ${ratio})`
    case 'sigma':
      return ratio
    case 'vp':
      return `times_of_ratios(${ratio}, ${schedule.T}, ${pyNumber(schedule.betaMin)}, ${pyNumber(schedule.betaD)})`
  }
}
