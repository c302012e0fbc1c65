// Checkpoints: a model and its schedule as a ZIP of a diffusers pipeline folder. Entry of this
// folder; code that must not load tfjs imports archive.ts, describe.ts and read.ts directly.
//
//   model_index.json                           index of the pipeline
//   unet/config.json                           model config, a UNet2DModel's if possible (or mlp/,
//                                              transformer/, ...)
//   unet/diffusion_pytorch_model.safetensors   weights, in PyTorch's names and layouts
//   scheduler/scheduler_config.json            schedule and prediction type
//   litegraph_diffusion.json                   metadata: preconditioning, training data
//   training/                                  training state, if it was wired
//
// The index of a UNet names a DDPMPipeline, which does not scale the network's input. diffusers
// samples EDM models from the parts: UNet2DModel and EDMEulerScheduler. That of a DiT names a
// DiTPipeline, which needs an autoencoder as well.
export { describeTrainingData } from './trainedOn.ts'
export { packFolder, computeSha256 } from './archive.ts'
export type { Checkpoint, ReadCheckpoint, StoredModel } from './checkpoint.ts'
export { describeCheckpoint } from './describe.ts'
export { loadModel, loadTraining, storeModel, storeTraining } from './device.ts'
export { CheckpointError } from './error.ts'
export { readCheckpoint } from './read.ts'
export { writeCheckpoint, type CheckpointFormat } from './write.ts'
