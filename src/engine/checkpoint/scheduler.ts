// The schedule as diffusers keeps it: scheduler/scheduler_config.json. What a sampler adds to it is not read; what the
// model was trained with is.
import type { PreconditionOptions } from '../models/preconditioning.ts'
import { NodeError } from '../plan/fault.ts'
import type { Schedule, ScheduleName, TableSchedule } from '../schedule.ts'
import { noiseSchedule, scheduleNames, tableOfBetas, withZeroSnr } from '../schedule.ts'
import type { PredictionType, Space, VarianceKind } from '../values.ts'
import type { Says } from './continuous.ts'
import { continuousConfig, readContinuous } from './continuous.ts'
import { CheckpointError } from './error.ts'

const predictionTypes: readonly PredictionType[] = ['epsilon', 'sample', 'v_prediction', 'flow_prediction']

/** Schedules that diffusers has under the same name, and their defaults in DDPMScheduler. */
const diffusersNames: readonly ScheduleName[] = ['linear', 'scaled_linear', 'squaredcos_cap_v2', 'sigmoid']
const ownNames = scheduleNames.filter((name) => !diffusersNames.includes(name))
/** Name of a schedule that no formula here gives. */
const UNNAMED = 'trained'
const DEFAULT_ENDS = { beta_start: 0.0001, beta_end: 0.02 }

/** The complete configuration of a scheduler of diffusers, or of one of our own where diffusers has none. */
export const schedulerConfig = (schedule: Schedule, says: Says, space: Space): Record<string, unknown> =>
  schedule.kind === 'table' ? ddpmConfig(schedule, says, space) : continuousConfig(schedule, says)

/**
 * That of a DDPMScheduler, which other schedulers of diffusers load as well. A schedule that diffusers has no name for goes
 * into `trained_betas`. `space`: only pixels are clipped to [-1, 1] while sampling.
 */
function ddpmConfig(schedule: TableSchedule, { predicts, variance }: Says, space: Space): Record<string, unknown> {
  const named = nameOf(schedule.betas, diffusersNames)
  return {
    _class_name: 'DDPMScheduler',
    ...(named ?? { beta_schedule: 'linear', ...DEFAULT_ENDS }),
    num_train_timesteps: schedule.T,
    trained_betas: named ? null : [...schedule.betas],
    prediction_type: predicts,
    variance_type: variance ?? 'fixed_small',
    clip_sample: space === 'image',
    clip_sample_range: 1.0,
    thresholding: false,
    dynamic_thresholding_ratio: 0.995,
    sample_max_value: 1.0,
    timestep_spacing: 'leading',
    steps_offset: 0,
    // Of betas that end so already it changes nothing but what diffusers' solvers do about infinite sigmas.
    rescale_betas_zero_snr: schedule.alphaBar.at(-1) === 0,
  }
}

interface NamedSchedule {
  beta_schedule: ScheduleName
  beta_start: number
  beta_end: number
}

/** The name and ends that give exactly these betas. */
function nameOf(betas: Float64Array, names: readonly ScheduleName[]): NamedSchedule | undefined {
  for (const name of names) {
    const { beta_start, beta_end } = endsOf(name, betas)
    if (sameBetas(betas, name, beta_start, beta_end)) return { beta_schedule: name, beta_start, beta_end }
  }
  return undefined
}

/** The schedule under the name that it was saved with, if that is a name for these betas or there is no other. */
export function underName(schedule: Schedule, name: string | undefined): Schedule {
  if (name === undefined || schedule.kind !== 'table') return schedule
  const fits =
    schedule.name === UNNAMED ||
    nameOf(
      schedule.betas,
      ownNames.filter((own) => own === name),
    ) !== undefined
  return fits ? { ...schedule, name } : schedule
}

/** What `beta_start` and `beta_end` would have to be. Rounded, because the way from them to the betas rounds as well. */
function endsOf(name: ScheduleName, betas: Float64Array): typeof DEFAULT_ENDS {
  const [first, last] = [betas[0]!, betas.at(-1)!]
  const ends = (start: number, end: number) => ({ beta_start: rounded(start), beta_end: rounded(end) })
  switch (name) {
    case 'linear':
    case 'scaled_linear':
    case 'warmup10':
    case 'warmup50':
      return ends(first, last)
    case 'sqrt':
      return ends(first ** 2, last ** 2)
    case 'const':
      return { ...DEFAULT_ENDS, beta_end: last }
    case 'linear_openai':
      return ends((first * betas.length) / 1000, (last * betas.length) / 1000)
    case 'sigmoid': {
      // β from sigmoid(-6) to sigmoid(6) of the way between the ends.
      const margin = ((last - first) * SIGMOID_MARGIN) / (1 - 2 * SIGMOID_MARGIN)
      return ends(first - margin, last + margin)
    }
    default:
      return DEFAULT_ENDS
  }
}

const SIGMOID_MARGIN = 1 / (1 + Math.exp(6))
const rounded = (value: number) => Number(value.toPrecision(12))

function sameBetas(betas: Float64Array, name: ScheduleName, betaStart: number, betaEnd: number): boolean {
  try {
    const named = noiseSchedule({ name, T: betas.length, betaStart, betaEnd })
    return named.betas.every((beta, t) => beta === betas[t])
  } catch {
    return false
  }
}

/** Classes of diffusers whose noise is a schedule of betas, with their defaults where they are not those of DDPM. */
const SMALL_ENDS = { beta_start: 0.00085, beta_end: 0.012 }
const betaSchedulers: ReadonlyMap<string, Partial<NamedSchedule>> = new Map([
  ...[
    'DDPMScheduler',
    'DDPMParallelScheduler',
    'DDIMScheduler',
    'DDIMParallelScheduler',
    'DDIMInverseScheduler',
    'PNDMScheduler',
    'RePaintScheduler',
    'EulerDiscreteScheduler',
    'EulerAncestralDiscreteScheduler',
    'LMSDiscreteScheduler',
    'DPMSolverMultistepScheduler',
    'DPMSolverMultistepInverseScheduler',
    'DPMSolverSinglestepScheduler',
    'DEISMultistepScheduler',
    'UniPCMultistepScheduler',
    'SASolverScheduler',
  ].map((name): [string, Partial<NamedSchedule>] => [name, {}]),
  ['HeunDiscreteScheduler', SMALL_ENDS],
  ['KDPM2DiscreteScheduler', SMALL_ENDS],
  ['KDPM2AncestralDiscreteScheduler', SMALL_ENDS],
  ['DPMSolverSDEScheduler', SMALL_ENDS],
  ['LCMScheduler', { ...SMALL_ENDS, beta_schedule: 'scaled_linear' }],
  ['TCDScheduler', { ...SMALL_ENDS, beta_schedule: 'scaled_linear' }],
])

/** What a scheduler says. */
export interface ReadScheduler {
  schedule: Schedule
  predicts: PredictionType
  variance?: VarianceKind
  /** Set if the scheduler preconditions the network. */
  precondition?: PreconditionOptions
}

/**
 * The training process that a scheduler of diffusers stands for, and what its model predicts. Tables are float64.
 * Throws CheckpointError for schedulers that are not known, and for values that make no sense.
 */
export function readScheduler(json: Record<string, unknown>): ReadScheduler {
  const continuous = inWords(() => readContinuous(json, predictionOf))
  if (continuous) return continuous
  const config: Record<string, unknown> = { ...defaultsOf(json), ...json }
  const schedule = readSchedule(config)
  const variance = readVariance(config.variance_type)
  const rescaled = config.rescale_betas_zero_snr === true && schedule.alphaBar.at(-1) !== 0
  return {
    schedule: rescaled ? inWords(() => withZeroSnr(schedule)) : schedule,
    predicts: predictionOf(config, 'epsilon'),
    ...(variance && { variance }),
  }
}

const predictionOf = ({ prediction_type }: Record<string, unknown>, usual: PredictionType) =>
  readPrediction(prediction_type ?? usual)

/** What the engine refuses of a schedule, as a fault of the file. */
function inWords<T>(make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (error instanceof NodeError) throw new CheckpointError(`The schedule makes no sense. ${error.fault.message}`)
    throw error
  }
}

function defaultsOf({
  _class_name: name = 'DDPMScheduler',
}: Record<string, unknown>): NamedSchedule & { num_train_timesteps: number } {
  const defaults = betaSchedulers.get(name as string)
  if (defaults) return { beta_schedule: 'linear', ...DEFAULT_ENDS, num_train_timesteps: 1000, ...defaults }
  throw new CheckpointError(
    `The scheduler is a ${JSON.stringify(name)}; read are those of diffusers that are made of betas, such as DDPMScheduler, those of flows and of EDM.`,
    'Choose a model that was trained with a DDPMScheduler.',
  )
}

/** How a model says a variance; undefined for the kinds that are not learned. */
export const readVariance = (type: unknown): VarianceKind | undefined =>
  type === 'learned' || type === 'learned_range' ? type : undefined

export function readPrediction(name: unknown): PredictionType {
  if (predictionTypes.includes(name as PredictionType)) return name as PredictionType
  throw new CheckpointError(`The model predicts ${JSON.stringify(name)}; known are ${predictionTypes.join(', ')}.`)
}

function readSchedule(config: Record<string, unknown>): TableSchedule {
  const { num_train_timesteps: T, beta_schedule: name, trained_betas: betas } = config
  if (!Number.isInteger(T) || (T as number) < 1 || (T as number) > 100_000) {
    throw new CheckpointError(`num_train_timesteps of the schedule is ${JSON.stringify(T)}.`)
  }
  if (betas !== null && betas !== undefined) return scheduleOf(T as number, betas, String(name))
  if (![...diffusersNames, ...ownNames].includes(name as ScheduleName)) {
    throw new CheckpointError(`The schedule ${JSON.stringify(name)} is unknown.`)
  }
  const [betaStart, betaEnd] = [endOf(config, 'beta_start'), endOf(config, 'beta_end')]
  return inWords(() => noiseSchedule({ name: name as ScheduleName, T: T as number, betaStart, betaEnd }))
}

function endOf(config: Record<string, unknown>, key: 'beta_start' | 'beta_end'): number {
  const value = config[key]
  if (typeof value === 'number') return value
  throw new CheckpointError(`${key} of the schedule is ${JSON.stringify(value)}, not a number.`)
}

/** Recorded betas get the name of the formula that gives exactly these, if there is one. */
function scheduleOf(T: number, values: unknown, given: string): TableSchedule {
  if (
    !Array.isArray(values) ||
    values.length !== T ||
    !values.every((beta) => typeof beta === 'number' && beta >= 0 && beta <= 1)
  ) {
    throw new CheckpointError(`trained_betas of the schedule are not ${T} numbers from 0 to 1.`)
  }
  const betas = Float64Array.from(values as number[])
  // A name of diffusers says nothing here: it has one whether it is used or not.
  const other = diffusersNames.includes(given as ScheduleName) ? UNNAMED : given
  return tableOfBetas(nameOf(betas, [...diffusersNames, ...ownNames])?.beta_schedule ?? other, betas)
}
