// Schedules of continuous time in scheduler_config.json.
import { flowSchedule, sigmaSchedule, vpSchedule } from '../continuous.ts'
import type { FlowSchedule, SigmaSchedule, VPSchedule } from '../schedule.ts'
import type { PredictionType } from '../values.ts'
import { CheckpointError } from './error.ts'

type Config = Record<string, unknown>
type Continuous = FlowSchedule | SigmaSchedule | VPSchedule

const FLOW = ['FlowMatchEulerDiscreteScheduler', 'FlowMatchHeunDiscreteScheduler', 'FlowMatchLCMScheduler']
const EDM = ['EDMEulerScheduler', 'EDMDPMSolverMultistepScheduler']
/** Diffusers has none that asks the model as we do. */
const VP = 'VPSchedule'

/** Diffusers' name for it, or ours; how it is sampled is left at its defaults. */
export function continuousConfig(schedule: Continuous, predicts: PredictionType): Config {
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
      return { _class_name: EDM[0], sigma_min: schedule.sigmaMin, sigma_max: schedule.sigmaMax, prediction_type: predicts }
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

/** Undefined if it is none. Throws NodeError or CheckpointError for values that make no sense. */
export function readContinuous(
  config: Config,
  predictionOf: (config: Config, usual: PredictionType) => PredictionType,
): { schedule: Continuous; predicts: PredictionType; notice?: string } | undefined {
  const name = String(config._class_name)
  const number = (key: string, usual: number) => numberOf(config, key, usual)
  if (FLOW.includes(name) || config.use_flow_sigmas === true) {
    return { schedule: flowSchedule(number('num_train_timesteps', 1000)), predicts: predictionOf(config, 'flow_prediction') }
  }
  if (EDM.includes(name)) {
    const schedule = sigmaSchedule({ sigmaMin: number('sigma_min', 0.002), sigmaMax: number('sigma_max', 80) })
    const read = { schedule, predicts: predictionOf(config, 'epsilon') }
    // Ours says nothing of it, because a model of ours knows itself how it is preconditioned.
    return config.sigma_data === undefined ? read : { ...read, notice: precondition(number('sigma_data', 0.5)) }
  }
  if (name !== VP) return undefined
  const schedule = vpSchedule({
    T: number('num_train_timesteps', 1000),
    betaMin: number('beta_min', 0.1),
    betaD: number('beta_d', 19.9),
  })
  return { schedule, predicts: predictionOf(config, 'epsilon') }
}

const precondition = (sigmaData: number) =>
  `Its scheduler preconditions the model: wire it through Precondition (edm, sigma_data ${sigmaData}) before it is asked.`

function numberOf(config: Config, key: string, usual: number): number {
  const value = config[key] ?? usual
  if (typeof value === 'number') return value
  throw new CheckpointError(`${key} of the schedule is ${JSON.stringify(value)}, not a number.`)
}
