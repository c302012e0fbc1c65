// The table of all nodes: one import and one entry each, by type.
import type { Op } from '../engine/plan/op.ts'
import { chart } from './view/chart.ts'
import { compare } from './view/compare.ts'
import { convertPrediction } from './process/convertPrediction.ts'
import { ddimStep } from './sampling/ddimStep.ts'
import { ddpmStep } from './sampling/ddpmStep.ts'
import { ema } from './training/ema.ts'
import { exactModel } from './model/exactModel.ts'
import { flipTimesteps } from './sampling/flipTimesteps.ts'
import { forwardNoise } from './process/forwardNoise.ts'
import { forwardStep } from './process/forwardStep.ts'
import { gaussianNoise } from './process/gaussianNoise.ts'
import { grid } from './tools/grid.ts'
import { guidance } from './model/guidance.ts'
import { guidedModel } from './model/guidedModel.ts'
import { inspect } from './view/inspect.ts'
import { labelDropout } from './data/labelDropout.ts'
import { labels } from './data/labels.ts'
import { loadCheckpoint } from './files/loadCheckpoint.ts'
import { loss } from './training/loss.ts'
import { mix } from './tools/mix.ts'
import { mlp } from './model/mlp.ts'
import { noiseSchedule } from './process/noiseSchedule.ts'
import { note } from './tools/note.ts'
import { optimizer } from './training/optimizer.ts'
import { points } from './data/points.ts'
import { posterior } from './process/posterior.ts'
import { predict } from './model/predict.ts'
import { randomTimesteps } from './process/randomTimesteps.ts'
import { repeatEnd, repeatStart } from './loops/repeat.ts'
import { sampler } from './sampling/sampler.ts'
import { samplingEnd, samplingStart } from './sampling/sampling.ts'
import { saveCheckpoint } from './files/saveCheckpoint.ts'
import { scatter } from './view/scatter.ts'
import { spectrum } from './view/spectrum.ts'
import { splitTimesteps } from './sampling/splitTimesteps.ts'
import { stopGradient } from './tools/stopGradient.ts'
import { target } from './process/target.ts'
import { timestep } from './process/timestep.ts'
import { timesteps } from './sampling/timesteps.ts'
import { trainingEnd, trainingStart } from './training/training.ts'

export const nodes: Op[] = [
  chart,
  compare,
  convertPrediction,
  ddimStep,
  ddpmStep,
  ema,
  exactModel,
  flipTimesteps,
  forwardNoise,
  forwardStep,
  gaussianNoise,
  grid,
  guidance,
  guidedModel,
  inspect,
  labelDropout,
  labels,
  loadCheckpoint,
  loss,
  mix,
  mlp,
  noiseSchedule,
  note,
  optimizer,
  points,
  posterior,
  predict,
  randomTimesteps,
  repeatEnd,
  repeatStart,
  sampler,
  samplingEnd,
  samplingStart,
  saveCheckpoint,
  scatter,
  spectrum,
  splitTimesteps,
  stopGradient,
  target,
  timestep,
  timesteps,
  trainingEnd,
  trainingStart,
]
