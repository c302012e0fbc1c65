// Checkpoints: a model and its schedule as a ZIP of a diffusers pipeline folder. The door to this folder; those who must
// not load tfjs take archive.ts, describe.ts and read.ts by themselves.
//
//   model_index.json                           what is in it
//   unet/config.json                           the model's config, a UNet2DModel's wherever it is one (or mlp/)
//   unet/diffusion_pytorch_model.safetensors   its weights, named and laid out as PyTorch has them
//   scheduler/scheduler_config.json            the schedule, and what the model predicts
//   litegraph_diffusion.json                   what diffusers has no place for: how the network is preconditioned, the data
//   training/                                  what it takes to go on with the training, if it was wired
//
// The index calls it a DDPMPipeline, which asks the network about what it has not scaled: diffusers samples what is
// preconditioned as EDM does by its parts, UNet2DModel and EDMEulerScheduler.
export { trainedOn, type TrainedOn } from './about.ts'
export { packFolder, sha256Of, type FolderFile } from './archive.ts'
export type { Checkpoint, ReadCheckpoint, StoredModel } from './checkpoint.ts'
export { describeCheckpoint, type Description } from './describe.ts'
export { loadModel, loadTraining, storeModel, storeTraining } from './device.ts'
export { CheckpointError } from './error.ts'
export { readCheckpoint } from './read.ts'
export { writeCheckpoint, type CheckpointFormat } from './write.ts'
