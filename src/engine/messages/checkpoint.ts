// Errors and notices of checkpoints: missing or unreadable parts.
import { catalogue } from '../base/catalogue.ts'

export const checkpointMessages = catalogue('checkpoint', {
  // choice of the model
  weightsAlone:
    'Expected a checkpoint with a config.json, got a safetensors file, which holds weights alone.',
  dropFolder: 'Drop its folder, with config.json beside it, or a ZIP of the folder.',
  pickle:
    'Expected safetensors, got a Python pickle. It is not read, because reading it can run any program.',
  pickledWeights:
    'Expected safetensors, got {file}, a Python pickle. It is not read, because reading it can run any program.',
  saveSafely:
    'Save the model with `save_pretrained(folder, safe_serialization=True)`, and drop the folder.',
  severalModels: 'Expected one model, got {count}: {folders}.',
  chooseOne: 'Choose a ZIP or a folder with one of them.',
  otherModel:
    'Expected a UNet2DModel, UNet2DConditionModel or DiTTransformer2DModel of diffusers, or an MLP or Classifier of this program, got a {name}.',
  unknownOwnKind:
    'Expected a kind of model that this program knows, got "{kind}", with the class {name}.',
  registerKind:
    'Open it where that kind is defined, or pass its definition in `models` to register and to serve, or in a module of --nodes.',
  tooManyConfigs: 'Expected at most {most} files config.json in the ZIP, got more.',
  noConfig: 'Expected a config.json beside the weights, got none.',
  addConfig: 'Add the config.json of the model.',
  noModel: 'Expected a model in the ZIP, got no config.json of one.',
  notANetwork: 'Expected a network to save, got a model of kind "{kind}".',
  saveNetwork: 'Save the network inside it, or the model that a training returned.',

  // weights
  unlisted: 'Expected the weights that {index} lists, got {weight} in {file} as well.',
  shardName: 'Expected {index} to name the file of {weight}, got something else than a name.',
  unfound: 'Expected {weight} in {file}, as {index} says, got none.',
  tooManyShards: 'Expected the weights in at most {most} files, got more.',
  unreadable: '{file} cannot be read. {problem}',
  downloadAgain: 'Download the file again: it was cut short or changed.',
  missingWeight: 'The weight {weight} is missing.',
  weightShape:
    'Expected the weight {weight} to have the shape [{expected}] of the config, got [{got}].',
  extraWeight: 'The weight {weight} belongs to no part of the model.',
  repeatedWeight: 'The weight {weight} is there twice.',

  // configs
  modelAbout: 'Unexpected {key} of the model in litegraph_diffusion.json: {value}.',
  dataAbout: 'Unexpected {key} of the data in litegraph_diffusion.json: {value}.',
  classifierSize:
    'Expected {key} of the classifier to be an integer from {min} to {max}, got {value}.',
  classifierChannels:
    'Expected block_out_channels of the classifier to be a list of multiples of its groups, {groups}, got {value}.',
  classifierHalving:
    'Expected images whose sides can be halved {count} times, got {height} x {width}.',
  activation: 'Expected a known activation, got {value}.',
  mlpSize: 'Expected {key} of the MLP to be an integer from {min} to {max}, got {value}.',
  mlpSecondTime: 'Expected second_time of the MLP to be true or false, got {value}.',
  mlpOutputs:
    'Expected out_dim of the MLP to be twice dim with a variance, {expected}, got {value}.',
  unetLayers: 'Expected layers_per_block of the UNet to be at most {most}, got {value}.',
  unetBlocks: 'Expected a UNet of at most {most} residual and transformer blocks, got {count}.',
  chooseDit: 'Choose a DiTTransformer2DModel, such as DiT-XL-2-256.',
  chooseVae:
    'Choose an AutoencoderKL, such as sd-vae-ft-mse, or an AutoencoderTiny, such as taesd.',
  chooseUnet:
    'Choose a UNet2DModel with the blocks of DDPM, or a UNet2DConditionModel such as that of Stable Diffusion 1.',

  // schedules
  sigmaData: 'Expected sigma_data of the schedule to be above 0, got {value}.',
  edmPrediction: 'Expected prediction_type epsilon of an EDM scheduler, got {value}.',
  chooseEpsilon: 'Choose a model that was trained with epsilon.',
  scheduleNumber: 'Expected {key} of the schedule to be a number, got {value}.',
  schedule: 'The schedule is invalid. {problem}',
  scheduler:
    'Expected a scheduler of diffusers with betas, such as DDPMScheduler, or one of flows or of EDM, got {name}.',
  chooseScheduler: 'Choose a model that was trained with a DDPMScheduler.',
  prediction: 'Expected a model that predicts one of {known}, got {name}.',
  timestepCount:
    'Expected num_train_timesteps of the schedule to be an integer from 1 to 100000, got {value}.',
  betaSchedule: 'Expected a known beta_schedule, got {name}.',
  trainedBetas:
    'Expected trained_betas of the schedule to be {T} numbers from 0 to 1, got something else.',
  noSchedule: 'Expected a schedule, as the model is preconditioned, got none.',
  addScheduler: 'Add scheduler/scheduler_config.json of the model.',
  varianceType:
    'Expected two outputs per value, as the scheduler has variance_type {kind}, got one.',
  chooseVariance:
    'Choose a model with twice as many output channels as input channels, or set variance_type to fixed_small.',

  // trainings
  record: 'Expected {losses} and {counts} to be a record of losses, got something else.',
  weightNames: 'Expected {file} to name the weights of the model, got other names.',
  trainingValue: 'Unexpected {key} in {file}: {value}.',
  trainingMore: '{file} does not contain the further models of a training.',

  // notices
  copyIgnored: '{folder} was read, and {copy} was ignored.',
  partsIgnored: 'Of the pipeline, {folder} was read, and {others} ignored.',
  variant: 'The weights are those of {name}.',
  withoutSchedule: 'The checkpoint has no schedule. Use the one of its training.',
  assumedEpsilon: 'The checkpoint does not say what the model predicts. epsilon is assumed.',
  epsilonWithoutSignal:
    'No signal is left at the last timestep, where a model that predicts epsilon carries no information about the data.',
  assumedVariance:
    'The checkpoint does not say how the variance is encoded. learned_range is assumed.',
  logarithmicVariance:
    'The variance is read as a logarithm, as OpenAI defines it. DDPMScheduler of diffusers reads it as the variance itself.',
  notFinite:
    '{weight} holds numbers that are not finite, so predictions will not be finite either.',

  // models that diffusers cannot load
  otherSchedule: 'Expected the schedule of Precondition, "{expected}", got "{got}".',
  oneSchedule: 'Save it with the same schedule, or without one.',
  notForDiffusers: 'Diffusers cannot load this model. {reason}',
  saveAsAuto: 'Save it with the format auto, which this program alone reads.',
  pipelineSchedule: 'Expected a schedule for a pipeline of diffusers, got none.',
  saveWithSchedule: 'Save it with the schedule of its training.',
  noClassifier: 'Diffusers has no classifier of images.',
  noLayers: 'Diffusers has no class for a model of layers.',
  noMlp: 'Diffusers has no MLP for points.',
  noOwnKind: 'Diffusers has no class {name}.',
  precondition: 'Its schedulers precondition a model only as EDM does, in σ.',
  edmInput:
    'Its EDMEulerScheduler preconditions the model by itself, with ln(sigma) / 4 as the time.',
  vpSchedule: 'It has no scheduler for a VPSchedule.',
  flowPrediction: 'Its schedulers of flows do not support {predicts}.',
  ddpmFlow: 'Its DDPMScheduler does not support flow_prediction.',
  ddpmVariance:
    'Its DDPMScheduler reads a learned variance as the variance itself, and here it is a logarithm.',
})
