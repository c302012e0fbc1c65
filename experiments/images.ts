// The experiments on images of digits: CS180 project 5, and gradients of classifiers.
import { expectNumber, type Experiment, type ExperimentGroup } from './define.ts'

const blurs: readonly Experiment[] = [
  { t: 250, noisy: [0.38, 0.41], blurred: [0.34, 0.38], clean: 0.2 },
  { t: 500, noisy: [0.73, 0.77], blurred: [0.52, 0.58], clean: 0.37 },
  { t: 750, noisy: [1.04, 1.1], blurred: [0.74, 0.81], clean: 0.52 },
].map(({ t, noisy, blurred, clean }) => ({
  id: `blur-denoising-${t}`,
  title: `Denoising by a Gaussian blur and by one step at t = ${t}`,
  source: 'CS180 project 5 A, 1.2 and 1.3',
  workflow: 'blur-denoising',
  set: { 'Timestep.t': t },
  measurements: [
    expectNumber('rms of the noise', 'Noisy error.result', noisy[0], noisy[1]),
    expectNumber('after the blur', 'Blur error.result', blurred[0], blurred[1]),
    expectNumber('after one step', 'One-step error.result', 0, clean),
  ],
}))

const editing: ExperimentGroup = {
  title: 'Editing and illusions with a trained model',
  experiments: [
    ...blurs,
    {
      id: 'sdedit-drawing',
      title: 'SDEdit of a drawing',
      source: 'CS180 project 5 A, 1.7.1; Meng et al. 2022',
      workflow: 'sdedit-drawing',
      measurements: [
        expectNumber('drawing to the nearest digit', 'Nearest to the drawing.distance', 6.5, 7.5),
        expectNumber('result to the nearest digit', 'Nearest to the result.distance', 0, 4),
        expectNumber('rms of the change', 'Change.result', 0.5, 0.85),
      ],
    },
    {
      id: 'inpainting',
      title: 'Inpainting, and RePaint, read by a classifier',
      source: 'CS180 project 5 A, 1.7.2; Lugmayr et al. 2022',
      workflow: 'inpainting-judged',
      measurements: [
        expectNumber('accuracy, masked', 'Accuracy, masked.accuracy', 0.2, 0.6),
        expectNumber('accuracy, inpainted', 'Accuracy, inpainted.accuracy', 0.65, 1),
        expectNumber('accuracy, RePaint', 'Accuracy, RePaint.accuracy', 0.8, 1),
        expectNumber('change of the known part', 'Error of the known part.result', 0, 1e-6),
      ],
    },
    {
      id: 'anagram-by-flipping',
      title: 'Visual anagram by flipping, read by a classifier',
      source: 'CS180 project 5 A, 1.8; Geng et al. 2024',
      workflow: 'anagram-judged',
      measurements: [
        expectNumber('6, upright', 'Accuracy, upright.accuracy', 0.9, 1),
        expectNumber('9, upside down', 'Accuracy, upside down.accuracy', 0.9, 1),
      ],
    },
    {
      id: 'hybrid-images',
      title: 'Hybrid images, read by two classifiers',
      source: 'CS180 project 5 A, 1.9; Geng et al. 2025',
      workflow: 'hybrid-images',
      measurements: [
        expectNumber('0, from far', 'Accuracy, far.accuracy', 0.85, 1),
        expectNumber('3, from near', 'Accuracy, near.accuracy', 0.75, 1),
      ],
    },
    {
      id: 'universal-guidance',
      title: 'Universal guidance by a classifier of clean images',
      source: 'Bansal et al. 2024, eq. 6',
      workflow: 'universal-guidance',
      measurements: [
        expectNumber('accuracy, guided', 'Accuracy, guided.accuracy', 0.85, 1),
        expectNumber('accuracy, unguided', 'Accuracy, unguided.accuracy', 0, 0.25),
      ],
    },
    {
      id: 'adversarial-example',
      title: 'Adversarial examples by the sign of a gradient',
      source: 'Goodfellow et al. 2015, section 4',
      workflow: 'adversarial-example',
      measurements: [
        expectNumber('accuracy, real', 'Accuracy, real.accuracy', 0.92, 1),
        expectNumber('accuracy, adversarial', 'Accuracy, adversarial.accuracy', 0, 0.3),
        expectNumber('accuracy, random signs', 'Accuracy, random.accuracy', 0.8, 1),
      ],
    },
  ],
}

const unets: ExperimentGroup = {
  title: 'UNets for digits',
  experiments: [
    {
      id: 'denoiser-half',
      title: 'A denoiser trained at sigma 0.5, tested at others',
      source: 'CS180 project 5 B, 1.2',
      workflow: 'denoiser-half',
      measurements: [
        expectNumber('rms at sigma 0', 'Errors.history_1[0]', 0.1, 0.2),
        expectNumber('rms at sigma 0.5', 'Errors.history_1[3]', 0.15, 0.3),
        expectNumber('rms at sigma 1', 'Errors.history_1[6]', 0.33, 0.5),
      ],
    },
    {
      id: 'denoise-pure-noise',
      title: 'A denoiser of pure noise gives the mean digit',
      source: 'CS180 project 5 B, 1.2.3',
      workflow: 'denoise-pure-noise',
      measurements: [
        expectNumber('rms between two outputs', 'Between outputs.result', 0, 0.06),
        expectNumber('squared rms to digits, by that between digits', 'Ratio.result', 0.47, 0.55),
      ],
    },
    {
      id: 'time-conditioned-unet',
      title: 'A time-conditioned UNet: flow matching',
      source: 'CS180 project 5 B, 2.1 to 2.3',
      workflow: 'time-conditioned-unet',
      measurements: [
        expectNumber('Fréchet distance of samples', 'Distance.distance', 0, 1.2),
        expectNumber('of noise', 'Distance of noise.distance', 6, 9),
      ],
    },
    {
      id: 'class-conditioned-unet',
      title: 'A class-conditioned UNet with guidance',
      source: 'CS180 project 5 B, 2.4 to 2.6',
      workflow: 'class-conditioned-unet',
      measurements: [
        expectNumber('accuracy, plain', 'Accuracy, plain.accuracy', 0.75, 0.96),
        expectNumber('accuracy, guided', 'Accuracy, guided.accuracy', 0.97, 1),
      ],
    },
  ],
}

export const imageGroups: readonly ExperimentGroup[] = [editing, unets]
