// A training of a network of the size of google/ddpm-cifar10-32 (Ho et al. 2020), and samples of it.
import type { Graph } from '../src/engine/plan/graph.ts'
import { node } from './nodes/evaluate.ts'

/** Parameters of google/ddpm-cifar10-32. */
export const CIFAR_PARAMETERS = 35_746_307

/** One step of training with `batch` images of 32 x 32 x 3, and one step of sampling. */
export const cifarGraph = (batch: number): Graph => ({
  nodes: [
    node('Data', 'Emoji', {}, { size: '32' }),
    node('Schedule', 'NoiseSchedule', {}, { num_train_timesteps: 1000 }),
    node('Attention', 'Attention', {}, { resolutions: '16', by: 'heads', heads: 1 }),
    node(
      'Net',
      'UNet',
      { attention: 'Attention.attention' },
      {
        sample_size: 32,
        channels: 3,
        block_out_channels: '128, 256, 256, 256',
        layers_per_block: 2,
        norm_num_groups: 32,
        downsample_padding: '0',
        flip_sin_to_cos: false,
        freq_shift: 1,
      },
    ),
    node('Adam', 'Optimizer', {}, { lr: 0.0002 }),
    node(
      'Start',
      'TrainingStart',
      { model: 'Net.model', dataset: 'Data.dataset', optimizer: 'Adam.optimizer' },
      { steps: 1, batch_size: batch },
    ),
    node('Noise', 'GaussianNoise', { like: 'Start.x_0' }),
    node('Time', 'RandomTimesteps', { like: 'Start.x_0', schedule: 'Schedule.schedule' }),
    node('Forward', 'ForwardNoise', {
      x_0: 'Start.x_0',
      t: 'Time.t',
      noise: 'Noise.noise',
      schedule: 'Schedule.schedule',
    }),
    node('Guess', 'Predict', { model: 'Start.model', x_t: 'Forward.x_t', t: 'Time.t' }),
    node('Truth', 'Target', {
      model: 'Start.model',
      x_0: 'Start.x_0',
      noise: 'Noise.noise',
      t: 'Time.t',
      schedule: 'Schedule.schedule',
    }),
    node('Error', 'Loss', { prediction: 'Guess.prediction', target: 'Truth.target' }),
    node('End', 'TrainingEnd', { loop: 'Start.loop', loss: 'Error.loss' }, { emit_every: 0 }),
    node('x_T', 'GaussianNoise', {}, { batch_size: 1, shape: '32, 32, 3', seed: 5 }),
    node(
      'Samples',
      'Sampler',
      { model: 'End.model', x_T: 'x_T.noise', schedule: 'Schedule.schedule' },
      { num_inference_steps: 1, timestep_spacing: 'trailing' },
    ),
    node('Preview', 'Preview', { images_1: 'Samples.x_0' }),
  ],
})
