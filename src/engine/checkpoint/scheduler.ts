// scheduler/scheduler_config.json of diffusers. Only the keys of the training process are read, not
// those of samplers.
import { quoteValue } from '../base/quote.ts'
import type { PreconditionOptions } from '../models/kinds/precondition/config.ts'
import { EngineError } from '../base/errors.ts'
import type { Schedule, ScheduleName, TableSchedule } from '../process/schedule.ts'
import {
  noiseSchedule,
  scheduleNames,
  createBetaTable,
  rescaleToZeroSnr,
} from '../process/schedule.ts'
import type { PredictionType, Space, VarianceKind } from '../base/values.ts'
import type { OutputConvention } from './continuous.ts'
import { continuousConfig, isFiniteNumber, readContinuous } from './continuous.ts'
import { CheckpointError } from '../archive/checkpointError.ts'
import { refuseOtherScheduler } from './otherSchedulers.ts'
import { readPrediction } from '../models/kinds/file.ts'
import { checkpointMessages } from '../messages/checkpoint.ts'

/** Schedules with the same name in diffusers, and DDPMScheduler's defaults. */
const diffusersNames: readonly ScheduleName[] = [
  'linear',
  'scaled_linear',
  'squaredcos_cap_v2',
  'sigmoid',
]
const ownNames = scheduleNames.filter((name) => !diffusersNames.includes(name))
/** Our class for betas with an output that DDPMScheduler would interpret differently. */
const OWN_BETAS = 'BetaSchedule'
/** Name of a schedule without a formula here. */
const UNNAMED = 'trained'
const DEFAULT_ENDS = { beta_start: 0.0001, beta_end: 0.02 }

/**
 * Writes the complete config of a diffusers scheduler, or of our own class if diffusers has none.
 */
export const schedulerConfig = (
  schedule: Schedule,
  says: OutputConvention,
  space: Space,
): Record<string, unknown> =>
  schedule.kind === 'table' ? ddpmConfig(schedule, says, space) : continuousConfig(schedule, says)

/**
 * Config of a DDPMScheduler, which diffusers' other schedulers can load. Schedules without a name
 * in diffusers are written as `trained_betas`. `space`: only pixels are clipped to [-1, 1].
 */
function ddpmConfig(
  schedule: TableSchedule,
  { predicts, variance, precondition }: OutputConvention,
  space: Space,
): Record<string, unknown> {
  const named = scheduleName(schedule.betas, diffusersNames)
  const isOwn =
    precondition !== undefined || predicts === 'flow_prediction' || variance === 'learned'
  return {
    _class_name: isOwn ? OWN_BETAS : 'DDPMScheduler',
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
    // For betas that already end at zero SNR, this only affects how diffusers' solvers treat
    // infinite sigmas.
    rescale_betas_zero_snr: schedule.alphaBar.at(-1) === 0,
  }
}

interface NamedSchedule {
  beta_schedule: ScheduleName
  beta_start: number
  beta_end: number
}

/** Finds the name and ends that give exactly these betas. */
function scheduleName(
  betas: Float64Array,
  names: readonly ScheduleName[],
): NamedSchedule | undefined {
  for (const name of names) {
    const { beta_start, beta_end } = solveBetaEnds(name, betas)
    if (sameBetas(betas, name, beta_start, beta_end))
      return { beta_schedule: name, beta_start, beta_end }
  }
  return undefined
}

/** Returns the schedule under its saved name, if that name fits these betas or no other does. */
export function withStoredName(schedule: Schedule, name: string | undefined): Schedule {
  if (name === undefined || schedule.kind !== 'table') return schedule
  const fits =
    schedule.name === UNNAMED ||
    scheduleName(
      schedule.betas,
      ownNames.filter((own) => own === name),
    ) !== undefined
  return fits ? { ...schedule, name } : schedule
}

/**
 * Solves for `beta_start` and `beta_end`; rounded, because the forward computation rounds as well.
 */
function solveBetaEnds(name: ScheduleName, betas: Float64Array): typeof DEFAULT_ENDS {
  const [first, last] = [betas[0], betas.at(-1)!]
  const ends = (start: number, end: number) => ({
    beta_start: roundBeta(start),
    beta_end: roundBeta(end),
  })
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
      // β interpolates between the ends by sigmoid(-6) to sigmoid(6).
      const margin = ((last - first) * SIGMOID_MARGIN) / (1 - 2 * SIGMOID_MARGIN)
      return ends(first - margin, last + margin)
    }
    default:
      return DEFAULT_ENDS
  }
}

const SIGMOID_MARGIN = 1 / (1 + Math.exp(6))
const roundBeta = (value: number) => Number(value.toPrecision(12))

function sameBetas(
  betas: Float64Array,
  name: ScheduleName,
  betaStart: number,
  betaEnd: number,
): boolean {
  try {
    const named = noiseSchedule({ name, T: betas.length, betaStart, betaEnd })
    return named.betas.every((beta, t) => beta === betas[t])
  } catch {
    return false
  }
}

/** diffusers' classes with a table of betas, and their defaults where they differ from DDPM. */
const SMALL_ENDS = { beta_start: 0.00085, beta_end: 0.012 }
const betaSchedulers: ReadonlyMap<string, Partial<NamedSchedule>> = new Map([
  ...[
    OWN_BETAS,
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
  ['UnCLIPScheduler', { beta_schedule: 'squaredcos_cap_v2' }],
  ['HeunDiscreteScheduler', SMALL_ENDS],
  ['KDPM2DiscreteScheduler', SMALL_ENDS],
  ['KDPM2AncestralDiscreteScheduler', SMALL_ENDS],
  ['DPMSolverSDEScheduler', SMALL_ENDS],
  ['LCMScheduler', { ...SMALL_ENDS, beta_schedule: 'scaled_linear' }],
  ['TCDScheduler', { ...SMALL_ENDS, beta_schedule: 'scaled_linear' }],
])

/** Contents of a scheduler config. */
export interface ReadScheduler {
  schedule: Schedule
  predicts: PredictionType
  variance?: VarianceKind
  /** Set if the scheduler preconditions the network. */
  precondition?: PreconditionOptions
}

/**
 * Reads the training process and prediction type from a diffusers scheduler. Tables are float64.
 * Throws CheckpointError for unknown schedulers and invalid values.
 */
export function readScheduler(json: Record<string, unknown>): ReadScheduler {
  refuseOtherScheduler(json)
  const continuous = asCheckpointErrors(() => readContinuous(json, configPrediction))
  if (continuous) return continuous
  const config: Record<string, unknown> = { ...schedulerDefaults(json), ...json }
  const schedule = readSchedule(config)
  const variance = readVariance(config.variance_type)
  const rescaled = config.rescale_betas_zero_snr === true && schedule.alphaBar.at(-1) !== 0
  return {
    schedule: rescaled ? asCheckpointErrors(() => rescaleToZeroSnr(schedule)) : schedule,
    predicts: configPrediction(config, 'epsilon'),
    ...(variance && { variance }),
  }
}

const configPrediction = ({ prediction_type }: Record<string, unknown>, usual: PredictionType) =>
  readPrediction(prediction_type ?? usual)

/** Converts the engine's errors about a schedule to errors about the file. */
function asCheckpointErrors<T>(make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (error instanceof EngineError)
      throw new CheckpointError(checkpointMessages.schedule({ problem: error.message }))
    throw error
  }
}

function schedulerDefaults({
  _class_name: name = 'DDPMScheduler',
}: Record<string, unknown>): NamedSchedule & { num_train_timesteps: number } {
  const defaults = betaSchedulers.get(name as string)
  if (defaults)
    return { beta_schedule: 'linear', ...DEFAULT_ENDS, num_train_timesteps: 1000, ...defaults }
  throw new CheckpointError(
    checkpointMessages.scheduler({ name: quoteValue(name) }),
    checkpointMessages.chooseScheduler(),
  )
}

/** Kind of learned variance; undefined for fixed variances. */
export const readVariance = (type: unknown): VarianceKind | undefined =>
  type === 'learned' || type === 'learned_range' ? type : undefined

function readSchedule(config: Record<string, unknown>): TableSchedule {
  const { num_train_timesteps: T, beta_schedule: name, trained_betas: betas } = config
  if (!Number.isInteger(T) || (T as number) < 1 || (T as number) > 100_000) {
    throw new CheckpointError(checkpointMessages.timestepCount({ value: quoteValue(T) }))
  }
  if (betas !== null && betas !== undefined)
    return recordedSchedule(T as number, betas, String(name))
  if (![...diffusersNames, ...ownNames].includes(name as ScheduleName)) {
    throw new CheckpointError(checkpointMessages.betaSchedule({ name: quoteValue(name) }))
  }
  const [betaStart, betaEnd] = [readBetaEnd(config, 'beta_start'), readBetaEnd(config, 'beta_end')]
  return asCheckpointErrors(() =>
    noiseSchedule({ name: name as ScheduleName, T: T as number, betaStart, betaEnd }),
  )
}

function readBetaEnd(config: Record<string, unknown>, key: 'beta_start' | 'beta_end'): number {
  const value = config[key]
  if (isFiniteNumber(value)) return value
  throw new CheckpointError(checkpointMessages.scheduleNumber({ key, value: quoteValue(value) }))
}

/** Names recorded betas after the formula that gives exactly these, if any. */
function recordedSchedule(T: number, values: unknown, given: string): TableSchedule {
  if (
    !Array.isArray(values) ||
    values.length !== T ||
    !values.every((beta) => typeof beta === 'number' && beta >= 0 && beta <= 1)
  ) {
    throw new CheckpointError(checkpointMessages.trainedBetas({ T }))
  }
  const betas = Float64Array.from(values as number[])
  // diffusers' name is not evidence: it is present whether it is used or not.
  const other = diffusersNames.includes(given as ScheduleName) ? UNNAMED : given
  return createBetaTable(
    scheduleName(betas, [...diffusersNames, ...ownNames])?.beta_schedule ?? other,
    betas,
  )
}
