// Continuous-time schedules in scheduler_config.json.
import { quoteValue } from '../base/quote.ts'
import { flowSchedule, sigmaSchedule, vpSchedule } from '../process/continuous.ts'
import type { PreconditionOptions } from '../models/kinds/precondition/config.ts'
import type { FlowSchedule, Schedule, SigmaSchedule, VPSchedule } from '../process/schedule.ts'
import type { PredictionType } from '../base/values.ts'
import type { StoredModel } from './checkpoint.ts'
import { CheckpointError } from '../archive/checkpointError.ts'
import { checkpointMessages } from '../messages/checkpoint.ts'

type Config = Record<string, unknown>
type Continuous = FlowSchedule | SigmaSchedule | VPSchedule

const FLOW = [
  'FlowMatchEulerDiscreteScheduler',
  'FlowMatchHeunDiscreteScheduler',
  'FlowMatchLCMScheduler',
]
const EDM = ['EDMEulerScheduler', 'EDMDPMSolverMultistepScheduler']
/**
 * Our classes for schedules that no scheduler of diffusers evaluates in the same way. Under the names
 * of diffusers' classes they would load there, and sample wrongly.
 */
const [VP, OWN_FLOW, OWN_SIGMA] = ['VPSchedule', 'FlowSchedule', 'SigmaSchedule']

export type OutputConvention = Pick<StoredModel, 'predicts' | 'variance' | 'precondition'>

/**
 * True if diffusers' EDM schedulers are equivalent: they precondition the network themselves and
 * pass ln(σ) / 4.
 */
export const isEdm = ({ precondition }: OutputConvention, { kind }: Schedule) =>
  kind === 'sigma' && precondition?.preconditioning === 'edm'

/** Writes the config under diffusers' class name, or ours; sampling keys keep their defaults. */
export function continuousConfig(schedule: Continuous, says: OutputConvention): Config {
  const { predicts } = says
  switch (schedule.kind) {
    case 'flow':
      return {
        _class_name: predicts === 'flow_prediction' && !says.precondition ? FLOW[0] : OWN_FLOW,
        num_train_timesteps: schedule.T,
        shift: 1.0,
        use_dynamic_shifting: false,
        // These schedulers support only this prediction type and have no key for it.
        ...(predicts !== 'flow_prediction' && { prediction_type: predicts }),
      }
    case 'sigma':
      return {
        _class_name: isEdm(says, schedule) ? EDM[0] : OWN_SIGMA,
        sigma_min: schedule.sigmaMin,
        sigma_max: schedule.sigmaMax,
        // Without this preconditioning, sigma_data is omitted: the network is evaluated at x and σ
        // directly.
        ...(isEdm(says, schedule) && { sigma_data: says.precondition!.sigma_data }),
        // In these schedulers epsilon means F's output, and v_prediction its negative.
        prediction_type: isEdm(says, schedule) ? 'epsilon' : predicts,
      }
    case 'vp':
      return {
        _class_name: VP,
        num_train_timesteps: schedule.T,
        beta_min: schedule.betaMin,
        beta_d: schedule.betaD,
        prediction_type: predicts,
      }
  }
}

export interface ReadContinuous {
  schedule: Continuous
  predicts: PredictionType
  /** Preconditioning that the scheduler applies, if any. */
  precondition?: PreconditionOptions
}

/**
 * Parses a continuous-time schedule; undefined for other classes. Throws EngineError or
 * CheckpointError for invalid values.
 */
export function readContinuous(
  config: Config,
  predictionOf: (config: Config, usual: PredictionType) => PredictionType,
): ReadContinuous | undefined {
  const name = String(config._class_name)
  const number = (key: string, usual: number) => readConfigNumber(config, key, usual)
  if (FLOW.includes(name) || name === OWN_FLOW || config.use_flow_sigmas === true) {
    return {
      schedule: flowSchedule(number('num_train_timesteps', 1000)),
      predicts: predictionOf(config, 'flow_prediction'),
    }
  }
  if (EDM.includes(name) || name === OWN_SIGMA) {
    const schedule = sigmaSchedule({
      sigmaMin: number('sigma_min', 0.002),
      sigmaMax: number('sigma_max', 80),
    })
    const read = { schedule, predicts: predictionOf(config, 'epsilon') }
    return config.sigma_data === undefined
      ? read
      : { ...read, precondition: schedulerPrecondition(number('sigma_data', 0.5), read.predicts) }
  }
  if (name !== VP) return undefined
  const schedule = vpSchedule({
    T: number('num_train_timesteps', 1000),
    betaMin: number('beta_min', 0.1),
    betaD: number('beta_d', 19.9),
  })
  return { schedule, predicts: predictionOf(config, 'epsilon') }
}

/** Preconditioning that diffusers' EDM schedulers apply. */
function schedulerPrecondition(sigma_data: number, predicts: PredictionType): PreconditionOptions {
  if (!(sigma_data > 0))
    throw new CheckpointError(checkpointMessages.sigmaData({ value: sigma_data }))
  if (predicts === 'epsilon') return { preconditioning: 'edm', sigma_data, sigma_min: 0.002 }
  throw new CheckpointError(
    checkpointMessages.edmPrediction({ value: predicts }),
    checkpointMessages.chooseEpsilon(),
  )
}

export const isFiniteNumber = (value: unknown): value is number => Number.isFinite(value)

function readConfigNumber(config: Config, key: string, usual: number): number {
  const value = config[key] ?? usual
  if (isFiniteNumber(value)) return value
  throw new CheckpointError(checkpointMessages.scheduleNumber({ key, value: quoteValue(value) }))
}
