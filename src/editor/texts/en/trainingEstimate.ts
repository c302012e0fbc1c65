// Question before a large training starts. Loaded with it.

export const trainingEstimate = {
  title: 'Start this training?',
  size: (node: string, parameters: string, steps: string, batch: string) =>
    `${node}: ${parameters} parameters, ${steps} ${steps === '1' ? 'step' : 'steps'} of ${batch} items.`,
  memory: (size: string) =>
    `Memory: at least ${size}, for weights, gradients, moments and activations.`,
  time: (step: string, all: string, backend: string) =>
    `Time on ${backend}: about ${step} per step, ${all} in all.`,
  untimed: (flops: string, backend: string) =>
    `Time on ${backend}: not measured; each step takes ${flops} floating-point operations.`,
  tooLarge:
    'The wasm backend has 4 GB. Reduce batch_size, or turn on activation_checkpointing of TrainingStart.',
  stops: 'You can stop at any time; the training continues from its last step.',
  start: 'Start',
  cancel: 'Cancel',
}

export type TrainingEstimateTexts = typeof trainingEstimate
