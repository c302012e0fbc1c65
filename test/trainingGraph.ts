// Minimal graph that trains on points and samples.
import type { Graph } from '../src/engine/plan/graph.ts'
import { node } from './nodes/evaluate.ts'

export const trainingGraph = (steps: number): Graph => ({
  nodes: [
    node('Data', 'Points', {}, { distribution: 'moons', count: 256 }),
    node('Schedule', 'NoiseSchedule', {}, { num_train_timesteps: 50 }),
    node('Net', 'MLP', {}, { hidden: 16, layers: 2, time_embedding_dim: 8 }),
    node('Adam', 'Optimizer', {}, { lr: 0.01 }),
    node(
      'Start',
      'TrainingStart',
      { model: 'Net.model', dataset: 'Data.dataset', optimizer: 'Adam.optimizer' },
      { steps, batch_size: 32 },
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
    node('x_T', 'GaussianNoise', {}, { batch_size: 64, shape: '2', seed: 5 }),
    node(
      'Samples',
      'Sampler',
      { model: 'End.model', x_T: 'x_T.noise', schedule: 'Schedule.schedule' },
      { num_inference_steps: 5 },
    ),
    node('Picture', 'Scatter', { samples_1: 'Samples.x_0' }),
    node('Numbers', 'Inspect', { value: 'Samples.x_0' }),
    node(
      'Keep',
      'SaveCheckpoint',
      { model: 'End.model', schedule: 'Schedule.schedule' },
      { name: 'moons' },
    ),
  ],
})

/**
 * Nodes from a batch to its loss. Requires nodes `start`, `t`, `noise`, `schedule` and `predict`.
 */
export const lossNodes = [
  node('forward', 'ForwardNoise', {
    x_0: 'start.x_0',
    t: 't.t',
    noise: 'noise.noise',
    schedule: 'schedule.schedule',
  }),
  node('target', 'Target', {
    model: 'start.model',
    x_0: 'start.x_0',
    noise: 'noise.noise',
    t: 't.t',
    schedule: 'schedule.schedule',
  }),
  node('loss', 'Loss', { prediction: 'predict.prediction', target: 'target.target' }),
  node('end', 'TrainingEnd', { loop: 'start.loop', loss: 'loss.loss' }, { emit_every: 0 }),
]
