// The engine as a library: the mathematics of diffusion, models, and the plan that runs graphs.
// No litegraph, no DOM.

// ---- noise schedules: how much signal and noise there is at each timestep
export { flowSchedule, sigmaSchedule, vpSchedule } from './process/continuous.ts'
export { levelsAt, noiseSchedule, rescaleToZeroSnr } from './process/schedule.ts'
export type { ScheduleName } from './process/betas.ts'
export type { Levels, Schedule, ScheduleConfig } from './process/schedule.ts'

// ---- timesteps to visit
export { respacedTimesteps } from './process/respacing.ts'
export { spaceSigmas } from './process/sigmas.ts'
export { timesteps } from './process/timesteps.ts'
export type { TimestepsConfig, Transitions } from './process/timesteps.ts'

// ---- the forward process, its posterior, and what a model can predict
export { addNoise, forwardStep } from './process/forward.ts'
export { guide as guidePrediction, projectedGuidance, guideEpsilon } from './process/guidance.ts'
export { lerp, slerp } from './process/interpolate.ts'
export { densityStep } from './process/likelihood.ts'
export { requireVariance, posterior } from './process/posterior.ts'
export { convertPrediction, predictionTarget } from './process/prediction.ts'

// ---- samplers: functions from one noise level to the next
export { ancestralDown, ancestralUp } from './samplers/ancestral.ts'
export { addChurn } from './samplers/churn.ts'
export { consistencyStep, lcmStep, tcdStep, applyBoundary } from './samplers/consistency.ts'
export { ddimStep } from './samplers/ddim.ts'
export { ddpmStep } from './samplers/ddpm.ts'
export { deisStep } from './samplers/deis.ts'
export { dpmSolverStep } from './samplers/dpmSolver.ts'
export { dpmFastStep } from './samplers/dpmSolverPairs.ts'
export {
  dpmpp2sAncestralStep,
  dpmppMultistepSdeStep,
  dpmppSdeStep,
} from './samplers/dpmSolverSde.ts'
export { dpmSolverSinglestep } from './samplers/dpmSolverSinglestep.ts'
export { eulerStep } from './samplers/euler.ts'
export { heunStep } from './samplers/heun.ts'
export { kdpm2Step } from './samplers/kdpm2.ts'
export { langevinStep, reverseDiffusionStep } from './samplers/langevin.ts'
export { lmsStep } from './samplers/lms.ts'
export { plmsStep, pndmStep } from './samplers/pndm.ts'
export { repaintStep, repaintTransitions } from './samplers/repaint.ts'
export { saSolverStep } from './samplers/saSolver.ts'
export { unipcStep } from './samplers/unipc.ts'
export type { DDIMOptions } from './samplers/ddim.ts'
export type { DDPMOptions } from './samplers/ddpm.ts'
export type { DPMSolverOptions } from './samplers/dpmSolver.ts'
export type { Denoise, SamplerStep } from './samplers/step.ts'
export type { StepHistory } from './samplers/history.ts'

// ---- models: plain data with weights, and one function that evaluates them
export { classifierGuidedModel } from './models/kinds/classifierGuided/classifierGuided.ts'
export { exactModel } from './models/kinds/exact/exact.ts'
export { gaussianModel } from './models/kinds/gaussian/gaussian.ts'
export { guidedModel } from './models/kinds/guided/guided.ts'
export { mlp as mlpModel } from './models/kinds/mlp/mlp.ts'
export { createOwnModel } from './models/kinds/defined/create.ts'
export { defineModel } from './models/kinds/defined/definition.ts'
export { registerModels } from './models/kinds/defined/register.ts'
export { withPreconditioning } from './models/kinds/precondition/precondition.ts'
export { logDensity, predict } from './models/predict.ts'
export { parseUnetConfig, unetConfig } from './models/kinds/unet/config.ts'
export { unet as unetModel } from './models/kinds/unet/init.ts'
export { unetSummary } from './models/kinds/unet/summary.ts'
export type { LayerBuilder } from './models/graph/builder.ts'
export type { Feature, Layer, LayerGraph } from './models/graph/layer.ts'
export type { FeatureShape } from './models/graph/layerOp.ts'
export type { MlpConfig } from './models/kinds/mlp/config.ts'
export type {
  LayersDefinition,
  ModelDefinition,
  OwnModelOptions,
  RunDefinition,
} from './models/kinds/defined/definition.ts'
export type { PreconditionConfig } from './models/kinds/precondition/config.ts'
export type { UnetConfig } from './models/kinds/unet/config.ts'

// ---- losses
export { meanError, weightedErrors } from './losses/errors.ts'
export { hybridTerms } from './losses/hybrid.ts'
export { vlbTerms } from './losses/vlb.ts'
export { lossWeights } from './losses/weights.ts'
export type { LossKind } from './losses/errors.ts'
export type { Weighting } from './losses/weights.ts'

// ---- training
export { differentiate } from './gradients/differentiate.ts'
export { jvp } from './gradients/jvp.ts'
export { emaDecay } from './training/ema.ts'
export { learningRate } from './training/learningRates.ts'
export { optimizerStep } from './training/optimizers.ts'
export { postHocAverage } from './training/postHocEma.ts'
export { stopGradient } from './gradients/stopGradient.ts'
export {
  averagedWeights,
  beginTraining,
  resumeTraining,
  recordUnreadLosses,
  trainStep,
} from './training/trainStep.ts'
export type { Differentiated } from './gradients/differentiate.ts'
export type { EmaConfig } from './training/ema.ts'
export type { OptimizerConfig } from './training/optimizers.ts'
export type { StepOptions, TrainingConfig, TrainingState } from './training/trainStep.ts'

// ---- checkpoints: diffusers pipeline folders as ZIPs
export {
  CheckpointError,
  describeCheckpoint,
  loadModel,
  loadTraining,
  readCheckpoint,
  storeModel,
  storeTraining,
  writeCheckpoint,
} from './checkpoint/pipeline.ts'
export type { Checkpoint, CheckpointFormat, ReadCheckpoint } from './checkpoint/pipeline.ts'

// ---- ONNX files
export { OnnxError } from './onnx/error.ts'
export { exportOnnx } from './onnx/export.ts'
export { sourceFromModel } from './onnx/source.ts'
export type { OnnxFile, OnnxOptions } from './onnx/export.ts'
export type { OnnxSource } from './onnx/source.ts'

// ---- data sets and measures
export { DatasetError, readImages, writeImages } from './datasets/file.ts'
export { readMnist } from './datasets/mnist.ts'
export { pointSet } from './datasets/points.ts'
export { slicedWasserstein, wasserstein } from './metrics/distributions.ts'
export { fitGaussian, frechetDistance } from './metrics/frechet.ts'
export { kernelDistance } from './metrics/kernel.ts'
export type { StoredImages } from './datasets/file.ts'
export type { Distribution, PointsConfig } from './datasets/points.ts'

// ---- values on wires, randomness, tensors
export { createRandom } from './base/random.ts'
export { tf } from './base/tf.ts'
export type { Random } from './base/random.ts'
export type { Conditioning, Prediction, PredictionType, Samples, Weights } from './base/values.ts'
export type { Dataset } from './datasets/dataset.ts'
export type { Model } from './models/model.ts'
export type { Value } from './plan/slotValues.ts'

// ---- running graphs
export { startBackend, stopBackend } from './backends/backends.ts'
export { EngineError } from './base/errors.ts'
export { GraphError, NodeError } from './messages/fault.ts'
export { compile as compileGraph, tryCompile as tryCompileGraph } from './plan/compile.ts'
export { input as inputWire, wire as nodeWire } from './plan/graph.ts'
export { toDeclaration, opTable } from './plan/op.ts'
export { printPlan } from './plan/print.ts'
export { createSession } from './plan/session.ts'
export { memoryStore } from './plan/store.ts'
export type { BackendOptions } from './backends/backends.ts'
export type { Fault } from './messages/fault.ts'
export type { Plan } from './plan/steps.ts'
export type { ExpandedNode, Expansion, Graph, GraphNode, Wire } from './plan/graph.ts'
export type { Assets, Declaration, Op, Ops, OutputFile } from './plan/op.ts'
export type { Session, SessionOptions } from './plan/session.ts'
export type { StateStore } from './plan/store.ts'
export type { View } from './base/view.ts'
export type { BackendName, BackendReport, Event, Request, RunRequest } from './protocol.ts'

// ---- former names, which warn
export * from './formerNames.ts'
