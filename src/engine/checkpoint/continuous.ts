// Schedules of continuous time in scheduler_config.json.
import { flowSchedule, sigmaSchedule, vpSchedule } from '../continuous.ts'
import type { PreconditionOptions } from '../models/preconditioning.ts'
import type { FlowSchedule, Schedule, SigmaSchedule, VPSchedule } from '../schedule.ts'
import type { PredictionType } from '../values.ts'
import type { StoredModel } from './checkpoint.ts'
import { CheckpointError } from './error.ts'

type Config = Record<string, unknown>
type Continuous = FlowSchedule | SigmaSchedule | VPSchedule

const FLOW = ['FlowMatchEulerDiscreteScheduler', 'FlowMatchHeunDiscreteScheduler', 'FlowMatchLCMScheduler']
const EDM = ['EDMEulerScheduler', 'EDMDPMSolverMultistepScheduler']
/** Diffusers has none that asks the model as we do. */
const VP = 'VPSchedule'

export type Says = Pick<StoredModel, 'predicts' | 'variance' | 'precondition'>

/** Whether the schedulers of EDM in diffusers make the same of the network: they scale, mix and tell it ln(σ) / 4 by themselves. */
export const isEdm = ({ precondition }: Says, { kind }: Schedule) => kind === 'sigma' && precondition?.preconditioning === 'edm'

/** Diffusers' name for it, or ours; how it is sampled is left at its defaults. */
export function continuousConfig(schedule: Continuous, says: Says): Config {
  const { predicts } = says
  switch (schedule.kind) {
    case 'flow':
      return {
        _class_name: FLOW[0],
        num_train_timesteps: schedule.T,
        shift: 1.0,
        use_dynamic_shifting: false,
        // Theirs predict nothing else, and have no word for it.
        ...(predicts !== 'flow_prediction' && { prediction_type: predicts }),
      }
    case 'sigma':
      return {
        _class_name: EDM[0],
        sigma_min: schedule.sigmaMin,
        sigma_max: schedule.sigmaMax,
        // Of a network that is not preconditioned so, no sigma_data: it is asked about x at σ, as they are.
        ...(isEdm(says, schedule) && { sigma_data: says.precondition!.sigma_data }),
        // Theirs mean by epsilon what F says, and by v_prediction its negative.
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
  /** Set if the scheduler preconditions the network. */
  precondition?: PreconditionOptions
}

/** Undefined if it is none. Throws NodeError or CheckpointError for values that make no sense. */
export function readContinuous(
  config: Config,
  predictionOf: (config: Config, usual: PredictionType) => PredictionType,
): ReadContinuous | undefined {
  const name = String(config._class_name)
  const number = (key: string, usual: number) => numberOf(config, key, usual)
  if (FLOW.includes(name) || config.use_flow_sigmas === true) {
    return { schedule: flowSchedule(number('num_train_timesteps', 1000)), predicts: predictionOf(config, 'flow_prediction') }
  }
  if (EDM.includes(name)) {
    const schedule = sigmaSchedule({ sigmaMin: number('sigma_min', 0.002), sigmaMax: number('sigma_max', 80) })
    const read = { schedule, predicts: predictionOf(config, 'epsilon') }
    return config.sigma_data === undefined
      ? read
      : { ...read, precondition: preconditionOf(number('sigma_data', 0.5), read.predicts) }
  }
  if (name !== VP) return undefined
  const schedule = vpSchedule({
    T: number('num_train_timesteps', 1000),
    betaMin: number('beta_min', 0.1),
    betaD: number('beta_d', 19.9),
  })
  return { schedule, predicts: predictionOf(config, 'epsilon') }
}

/** What the schedulers of EDM do by themselves. */
function preconditionOf(sigma_data: number, predicts: PredictionType): PreconditionOptions {
  if (!(sigma_data > 0)) throw new CheckpointError(`sigma_data of the schedule is ${sigma_data}; it has to be above 0.`)
  if (predicts === 'epsilon') return { preconditioning: 'edm', sigma_data, sigma_min: 0.002 }
  throw new CheckpointError(
    `The scheduler is one of EDM with prediction_type ${predicts}; only the preconditioning of the paper is read, which is called epsilon there.`,
    'Choose a model that was trained with epsilon.',
  )
}

function numberOf(config: Config, key: string, usual: number): number {
  const value = config[key] ?? usual
  if (typeof value === 'number') return value
  throw new CheckpointError(`${key} of the schedule is ${JSON.stringify(value)}, not a number.`)
}
