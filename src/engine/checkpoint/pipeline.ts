// Checkpoints: a model and its schedule as a ZIP of a diffusers pipeline folder. Entry of this
// folder; code that must not load tfjs imports archive.ts, describe.ts and read.ts directly.
//
//   README.md                                  data, conditions, and Python that samples the model
//   model_index.json                           index of the pipeline, if one of diffusers samples it
//   unet/config.json                           model config, a UNet2DModel's if possible (or mlp/,
//                                              transformer/, ...)
//   unet/diffusion_pytorch_model.safetensors   weights, in PyTorch's names and layouts
//   scheduler/scheduler_config.json            schedule and prediction type
//   litegraph_diffusion.json                   metadata: preconditioning, training data
//   training/                                  training state, if it was wired
//
// The index names DDPMPipeline, which runs unconditional UNets of images. Other models (classes,
// tokens, EDM, DiT) have none: their parts load one by one, as the README shows.
export { describeTrainingData } from './trainedOn.ts'
export { packFolder, computeSha256 } from './archive.ts'
export type { Checkpoint, ReadCheckpoint, StoredModel } from './checkpoint.ts'
export { describeCheckpoint } from './describe.ts'
export { loadModel, loadTraining, storeModel, storeTraining } from './device.ts'
export { CheckpointError } from '../archive/checkpointError.ts'
export { readCheckpoint } from './read.ts'
export { writeCheckpoint, type CheckpointFormat } from './write.ts'
