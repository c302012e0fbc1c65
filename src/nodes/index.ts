// The table of all nodes: one import and one entry each, by type.
import type { Op } from '../engine/plan/op.ts'
import { convertPrediction } from './process/convertPrediction.ts'
import { ddimStep } from './sampling/ddimStep.ts'
import { ddpmStep } from './sampling/ddpmStep.ts'
import { flipTimesteps } from './sampling/flipTimesteps.ts'
import { forwardNoise } from './process/forwardNoise.ts'
import { forwardStep } from './process/forwardStep.ts'
import { gaussianNoise } from './process/gaussianNoise.ts'
import { grid } from './tools/grid.ts'
import { mix } from './tools/mix.ts'
import { noiseSchedule } from './process/noiseSchedule.ts'
import { note } from './tools/note.ts'
import { posterior } from './process/posterior.ts'
import { randomTimesteps } from './process/randomTimesteps.ts'
import { repeatEnd, repeatStart } from './loops/repeat.ts'
import { sampler } from './sampling/sampler.ts'
import { samplingEnd, samplingStart } from './sampling/sampling.ts'
import { splitTimesteps } from './sampling/splitTimesteps.ts'
import { stopGradient } from './tools/stopGradient.ts'
import { target } from './process/target.ts'
import { timestep } from './process/timestep.ts'
import { timesteps } from './sampling/timesteps.ts'

export const nodes: Op[] = [
  convertPrediction,
  ddimStep,
  ddpmStep,
  flipTimesteps,
  forwardNoise,
  forwardStep,
  gaussianNoise,
  grid,
  mix,
  noiseSchedule,
  note,
  posterior,
  randomTimesteps,
  repeatEnd,
  repeatStart,
  sampler,
  samplingEnd,
  samplingStart,
  splitTimesteps,
  stopGradient,
  target,
  timestep,
  timesteps,
]
