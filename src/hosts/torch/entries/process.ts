// Schedules, timesteps, noise and targets as Python.
import type { Schedule } from '../../../engine/process/schedule.ts'
import type { PredictionType } from '../../../engine/base/values.ts'
import type { ScheduleValue, Timestep, Timesteps } from '../../../engine/process/values.ts'
import { torchMessages } from '../../../messages/torch.ts'
import { pyList, pyNumber, pyNumbers } from '../python.ts'
import type { NodeWriter } from '../nodeWriter.ts'
import { batchLike, singleTime, spaceOf, type Ref } from '../refs.ts'
import { refuse } from '../refusal.ts'
import type { NodeEntries } from '../types.ts'
import { shareOf } from './data.ts'
import { quantileCode } from './densities.ts'

type NamedBetas = {
  beta_schedule: string
  num_train_timesteps: number
  beta_start: number
  beta_end: number
  rescale_betas_zero_snr: boolean
  table: string
}

const curves: Record<string, string> = {
  squaredcos_cap_v2: 'cosine_alpha_bar',
  sigmoid_alpha_bar: 'sigmoid_alpha_bar',
  laplace: 'laplace_alpha_bar',
  exp: 'lambda u: torch.exp(-12 * u)',
}

/** Betas of a named schedule, in float64. */
function betasCode(name: string, T: number, start: number, end: number): string | undefined {
  const [a, b] = [pyNumber(start), pyNumber(end)]
  const even = (from: string, to: string) =>
    `torch.linspace(${from}, ${to}, ${T}, dtype=torch.double)`
  if (curves[name]) return `betas_of_curve(${curves[name]}, ${T})`
  switch (name) {
    case 'linear':
      return even(a, b)
    case 'linear_openai':
      return even(pyNumber((start * 1000) / T), pyNumber((end * 1000) / T))
    case 'scaled_linear':
      return `${even(`${a} ** 0.5`, `${b} ** 0.5`)} ** 2`
    case 'sqrt':
      return `${even(a, b)}.sqrt()`
    case 'sigmoid':
      return `torch.sigmoid(${even('-6', '6')}) * ${pyNumber(end - start)} + ${a}`
    case 'warmup10':
      return `warm_up(${a}, ${b}, ${T}, 0.1)`
    case 'warmup50':
      return `warm_up(${a}, ${b}, ${T}, 0.5)`
    case 'const':
      return `torch.full([${T}], ${b}, dtype=torch.double)`
    case 'jsd':
      return `1 / torch.arange(${T}, 0, -1, dtype=torch.double)`
    default:
      return undefined
  }
}

/** A schedule as Python. Refuses a node with a table without a formula. */
export function scheduleCode(schedule: Schedule, named?: NamedBetas): string {
  switch (schedule.kind) {
    case 'flow':
      return `flow_schedule(${schedule.T})`
    case 'sigma':
      return 'sigma_schedule()'
    case 'vp':
      return `vp_schedule(${schedule.T}, ${pyNumber(schedule.betaMin)}, ${pyNumber(schedule.betaD)})`
    case 'table': {
      const { betas, T, name } = schedule
      const betaCode = named
        ? betasCode(named.beta_schedule, T, named.beta_start, named.beta_end)
        : betasCode(name, T, betas[0], betas[T - 1])
      if (betaCode !== undefined)
        return named?.rescale_betas_zero_snr
          ? `table_schedule(zero_terminal_snr(${betaCode}))`
          : `table_schedule(${betaCode})`
      if (T > 50) refuse(torchMessages.longTable())
      return `table_schedule(torch.tensor(${pyList([...betas])}, dtype=torch.double))`
    }
  }
}

function writeSchedule(node: NodeWriter, named?: NamedBetas) {
  const { schedule } = node.value<ScheduleValue>('schedule')
  node.assign(scheduleCode(schedule, named), { kind: 'schedule' }, 'schedule')
}

const plainSchedule = { known: true, write: (node: NodeWriter) => writeSchedule(node) } as const

/** Times of a list: by the formula of `trailing` timesteps, if it gives them. */
function timesCode(times: readonly number[], schedule: Schedule): string {
  const n = times.length - 1
  if (schedule.kind === 'table' && n > 4 && times[n] === -1) {
    const { T } = schedule
    const even = (x: number) => (x % 1 === 0.5 ? 2 * Math.round(x / 2) : Math.round(x))
    if (times.every((t, i) => i === n || t === even(T - (i * T) / n) - 1) && T % n !== 0)
      return `[*(round(${T} - i * ${T} / ${n}) - 1 for i in range(${n})), -1]`
  }
  return pyNumbers(times)
}

/** The transitions of a sampler: levels between timesteps by their ratios, others by their times. */
function transitionsCode(list: Timesteps, { schedule }: ScheduleValue, name: string): string {
  const { t, tPrev, ratio, ratioPrev } = list
  const last = t.length - 1
  const chain = (from: Float64Array, to: Float64Array) => [
    ...from,
    ...(last >= 0 ? [to[last]] : []),
  ]
  const isChain = tPrev.every((value, i) => i === last || value === t[i + 1])
  if (ratio && ratioPrev) {
    const [times, ratios] = [chain(t, tPrev), chain(ratio, ratioPrev)]
    const kind = schedule.kind === 'table' || schedule.kind === 'vp' ? '' : `, "${schedule.kind}"`
    return `transitions_of_ratios(${pyNumbers(times)}, ${pyNumbers(ratios)}${kind})`
  }
  if (isChain) return `transitions(${name}, ${timesCode(chain(t, tPrev), schedule)})`
  return `[*zip(*([level(${name}, t) for t in times] for times in (${pyNumbers([...t])}, ${pyNumbers([...tPrev])})))]`
}

/** Writes a list of transitions, of the schedule of its input. */
function writeTimesteps(node: NodeWriter, slot: string, output = slot) {
  const value = node.value<Timesteps>(output)
  const { schedule, process } = node.has('schedule')
    ? { schedule: node.input('schedule').code, process: node.known<ScheduleValue>('schedule') }
    : node.inputOf('timesteps', 'transitions')
  node.assign(
    transitionsCode(value, process, schedule),
    { kind: 'transitions', schedule, process, scale: value.initNoiseSigma },
    output,
  )
}

/** The levels of a timestep, in the schedule of an input. */
export function levelsCode(node: NodeWriter, slot: string, like = 'x_t'): string {
  const { code, single, schedule, time = `${code}.t` } = node.inputOf(slot, 'time')
  const own = node.has('schedule') ? node.input('schedule').code : schedule
  if (own === undefined || own === schedule) return code
  return single
    ? `level(${own}, ${time})`
    : `level(${own}, ${code}.t.cpu(), ${node.input(like).code})`
}

/** Noise of the shape of a value: all processes draw the noise of the global batch. */
export function noiseLike(like: Ref, draw: string): string {
  return like.shared === undefined
    ? `normal(${like.code}.shape, ${draw})`
    : `normal([${like.shared}, *${like.code}.shape[1:]], ${draw})[mine]`
}

const mixtures = {
  epsilon: (_: string, __: string, ___: string, noise: string) => noise,
  sample: (_: string, __: string, x_0: string) => x_0,
  v_prediction: (alpha: string, sigma: string, x_0: string, noise: string) =>
    `${alpha} * ${noise} - ${sigma} * ${x_0}`,
  flow_prediction: (_: string, __: string, x_0: string, noise: string) => `${noise} - ${x_0}`,
}

export const processEntries = {
  noiseSchedule: {
    known: true,
    write: (node) => writeSchedule(node, node.params as NamedBetas),
  },
  flowSchedule: plainSchedule,
  sigmaSchedule: plainSchedule,
  vpSchedule: plainSchedule,
  timesteps: { known: true, write: (node) => writeTimesteps(node, 'timesteps') },
  flipTimesteps: { known: true, write: (node) => writeTimesteps(node, 'timesteps') },
  splitTimesteps: {
    known: true,
    write(node) {
      for (const slot of ['skipped', 'rest'])
        if (node.wanted(slot)) writeTimesteps(node, slot, slot)
      if (!node.wanted('at')) return
      const { t, ratio } = node.value<Timestep>('at')
      const { schedule } = node.inputOf('timesteps', 'transitions')
      if (ratio) refuse()
      const code = `level(${schedule}, ${pyNumber(t[0])})`
      node.assign(code, singleTime(schedule), 'at')
    },
  },
  repaintTimesteps: { none: 'unsupported' },
  randomTimesteps: {
    write(node) {
      const { density, stratified } = node.params as { density: string; stratified: boolean }
      const { schedule } = node.known<ScheduleValue>('schedule')
      const name = node.input('schedule').code
      const like = node.input('like').code
      const { count, mine } = shareOf(node, 'like')
      const whole = density === 'uniform' && !stratified && schedule.kind === 'table'
      const drawn = whole
        ? `integers(${schedule.T}, ${count}, ${node.draw()})${mine}`
        : quantileCode(node, schedule, `uniform(${count}, ${node.draw()})`, { count, mine })
      node.assign(`level(${name}, ${drawn}, ${like})`, {
        kind: 'time',
        single: false,
        schedule: name,
      })
    },
  },
  importanceTimesteps: { none: 'unsupported' },
  timestep: {
    known: true,
    wires: ['t'],
    write(node) {
      const { by } = node.params as { by: string }
      const schedule = node.has('schedule') ? node.input('schedule').code : undefined
      const wired = node.has('t') ? node.input('t').code : undefined
      if (wired !== undefined && by !== 't') refuse(torchMessages.wiredParam({ name: 't' }))
      const known = wired === undefined ? node.value<Timestep>('t') : undefined
      if (known?.ratio) refuse()
      const time = wired ?? pyNumber(known!.t[0])
      node.assign(
        schedule === undefined
          ? `Levels(${time}, math.nan, math.nan)`
          : `level(${schedule}, ${time})`,
        singleTime(schedule),
      )
    },
  },
  gaussianNoise: {
    write(node) {
      const { batch_size, shape, noise_offset } = node.params as {
        batch_size: number
        shape: string
        noise_offset: number
      }
      if (noise_offset > 0) refuse()
      if (node.has('like') && batch_size === 0) {
        const like = node.input('like')
        node.assign(noiseLike(like, node.draw()), { kind: 'noise' })
        return
      }
      const item = shape.trim().split(/[\s,x×]+/)
      const [h, w, c] = item
      const rest = node.has('like')
        ? `*${node.input('like').code}.shape[1:]`
        : item.length === 3
          ? `${c}, ${h}, ${w}`
          : h
      const space = node.has('like')
        ? spaceOf(node.input('like'))
        : item.length === 3
          ? 'image'
          : 'point'
      node.assign(`normal([${batch_size}, ${rest}], ${node.draw()})`, {
        kind: 'noise',
        space,
      })
    },
  },
  forwardNoise: {
    write(node) {
      const t = levelsCode(node, 't', 'x_0')
      const [x_0, noise] = [node.input('x_0'), node.input('noise')]
      node.assign(`${t}.alpha * ${x_0.code} + ${t}.sigma * ${noise.code}`, batchLike(x_0))
    },
  },
  forwardStep: {
    write(node) {
      const [t, schedule] = [levelsCode(node, 't', 'x_prev'), node.input('schedule').code]
      const { single, time = `${t}.t` } = node.inputOf('t', 'time')
      if (!single) refuse()
      const [x, noise] = [node.input('x_prev').code, node.input('noise').code]
      node.assign(`forward_step(${x}, ${noise}, level(${schedule}, ${time} - 1), ${t})`)
    },
  },
  renoise: {
    write(node) {
      const [x, noise] = [node.input('x_s').code, node.input('noise').code]
      const [s, t] = [levelsCode(node, 's', 'x_s'), levelsCode(node, 't', 'x_s')]
      node.assign(`forward_step(${x}, ${noise}, ${s}, ${t})`)
    },
  },
  neighbour: { none: 'unsupported' },
  inputPerturbation: {
    write(node) {
      const noise = node.input('noise')
      const { gamma } = node.params as { gamma: number }
      node.assign(`${noise.code} + ${pyNumber(gamma)} * ${noiseLike(noise, node.draw())}`)
    },
  },
  target: {
    write(node) {
      const { predicts } = node.inputOf('model', 'model')
      const t = levelsCode(node, 't', 'x_0')
      const [x_0, noise] = [node.input('x_0').code, node.input('noise').code]
      node.assign(mixtures[predicts](`${t}.alpha`, `${t}.sigma`, x_0, noise), {
        kind: 'prediction',
        predicts,
      })
    },
  },
  convertPrediction: {
    write(node) {
      const { code, predicts: given } = node.inputOf('prediction', 'prediction')
      const { to } = node.params as { to: PredictionType }
      const [x_t, t] = [node.input('x_t'), levelsCode(node, 't')]
      const [slot = 'prediction', other] = node.step.outputs
      const ref = node.assign(
        `convert(${code}, ${x_t.code}, ${t}, "${given}", "${to}")`,
        { kind: 'prediction', predicts: to, space: spaceOf(x_t) },
        slot,
      )
      if (other !== undefined) node.name(ref, other)
    },
  },
  convertTimestep: {
    known: true,
    write(node) {
      const { t, ratio } = node.value<Timestep>('t')
      if (t.length !== 1 || ratio?.[0] === Infinity) refuse()
      const schedule = node.input('to').code
      node.assign(`level(${schedule}, ${pyNumber(t[0])})`, singleTime(schedule))
    },
  },
  posterior: {
    write(node) {
      const t = levelsCode(node, 't')
      const schedule = node.input('schedule').code
      if (!node.inputOf('t', 'time').single) refuse()
      const s = node.has('t_prev') ? levelsCode(node, 't_prev') : `level(${schedule}, ${t}.t - 1)`
      const names = ['mean', 'variance'].map((slot) => node.variable(`${node.title}_${slot}`))
      const x_t = node.input('x_t')
      const data = [node.input('x_0').code, x_t.code]
      node.line(`${names.join(', ')} = posterior(${[...data, t, s].join(', ')})`)
      for (const [i, slot] of ['mean', 'variance'].entries())
        node.name({ ...batchLike(x_t), code: names[i] }, slot)
    },
  },
  optimalTransportCoupling: { none: 'unsupported' },
  corruptTokens: { none: 'tokens' },
  tokenText: { none: 'tokens' },
  scheduleChart: { view: true },
} satisfies NodeEntries
