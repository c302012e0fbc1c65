// The experiments of courses and papers: the workflow of each, its settings, and the numbers that it
// has to give. `npm run experiments` runs them; docs/experiments.md shows the results.

/** A number of an experiment. */
export interface Measurement {
  /** What is measured, in words. */
  name: string
  /** The output that carries the number: `Title.slot`, or `Title.slot[2]` in a history. */
  output: string
  /** Smallest and largest value that is accepted. */
  from: number
  to: number
}

export interface Experiment {
  /** Unique name. */
  id: string
  title: string
  /** Course or paper, and the part of it. */
  source: string
  /** File in `workflows/` or `experiments/`, without `.json`. */
  workflow: string
  /** Settings that differ from the file: `Title.param`. */
  set?: Readonly<Record<string, unknown>>
  measurements: readonly Measurement[]
}

/** Experiments under one heading. */
export interface ExperimentGroup {
  title: string
  experiments: readonly Experiment[]
}

/** Describes a measured number: `expectNumber('distance', 'Distance.distance', 0, 0.1)`. */
export const expectNumber = (
  name: string,
  output: string,
  from: number,
  to: number,
): Measurement => ({ name, output, from, to })

export const groups: readonly ExperimentGroup[] = [
  {
    title: 'Sampling with a trained model',
    experiments: [
      ...[
        { t: 250, noisy: 0.41, clean: 0.2 },
        { t: 500, noisy: 0.77, clean: 0.37 },
        { t: 750, noisy: 1.1, clean: 0.52 },
      ].map(({ t, noisy, clean }): Experiment => ({
        id: `one-step-denoising-${t}`,
        title: `Forward process and one-step denoising at t = ${t}`,
        source: 'CS180 project 5 A, 1.1 and 1.3',
        workflow: 'one-step-denoising',
        set: { 'Timestep.t': t },
        measurements: [
          expectNumber('rms of the noise', 'Noisy error.result', noisy - 0.1, noisy),
          expectNumber('rms after one step', 'One-step error.result', 0, clean),
        ],
      })),
      ...[
        { strength: 0.1, from: 0, to: 0.15 },
        { strength: 0.5, from: 0.2, to: 0.45 },
        { strength: 1, from: 0.45, to: 0.8 },
      ].map(({ strength, from, to }): Experiment => ({
        id: `sdedit-${strength}`,
        title: `Iterative denoising and SDEdit, strength ${strength}`,
        source: 'CS180 project 5 A, 1.4 and 1.7; Meng et al. 2022',
        workflow: 'iterative-denoising',
        set: { 'Strength.strength': strength },
        measurements: [expectNumber('rms to the original', 'Change.result', from, to)],
      })),
      {
        id: 'strength-strip',
        title: 'Strengths of SDEdit in one strip',
        source: 'CS180 project 5 A, 1.7; Meng et al. 2022',
        workflow: 'strength-strip',
        measurements: [
          expectNumber('rms at 0.1', 'All strengths.history_1[0]', 0, 0.15),
          expectNumber('rms at 0.5', 'All strengths.history_1[2]', 0.15, 0.45),
          expectNumber('rms at 1', 'All strengths.history_1[4]', 0.5, 0.9),
        ],
      },
      {
        id: 'guided-digits',
        title: 'Sampling with classifier-free guidance',
        source: 'CS180 project 5 A, 1.5 and 1.6; Ho & Salimans 2022',
        workflow: 'guided-digits',
        measurements: [
          expectNumber('distance to the nearest digit', 'Nearest.distance', 0, 4),
          expectNumber('spread of pixels', 'Spread.result', 0.3, 1),
        ],
      },
    ],
  },
  {
    title: 'Sampling',
    experiments: [
      {
        id: 'ddim-by-formula',
        title: 'A step of DDIM as a formula',
        source: 'Song et al. 2021 (DDIM), eq. 12',
        workflow: 'ddim-by-formula',
        measurements: [expectNumber('rms to the node', 'Difference.result', 0, 1e-5)],
      },
      {
        id: 'nfe-of-a-sampler',
        title: 'Error of DDIM by its number of steps',
        source: 'Karras et al. 2022, fig. 2',
        workflow: 'nfe-of-a-sampler',
        measurements: [
          expectNumber('rms with 4 steps', 'Curve end.history_1[0]', 0.2, 1),
          expectNumber('rms with 16 steps', 'Curve end.history_1[2]', 0.05, 0.3),
          expectNumber('rms with 64 steps', 'Curve end.history_1[4]', 0, 0.08),
        ],
      },
      {
        id: 'compositions',
        title: 'Product of two models',
        source: 'Liu et al. 2022, eq. 11',
        workflow: 'compositions',
        measurements: [
          expectNumber('mean', 'Mean.result', 0, 0.05),
          expectNumber('std', 'Spread.result', 0.4, 0.6),
        ],
      },
      {
        id: 'inversion-round-trip',
        title: 'DDIM inversion and back',
        source: 'Song et al. 2021 (DDIM), 5.4',
        workflow: 'inversion-round-trip',
        measurements: [expectNumber('rms to the data', 'Error.result', 0, 0.1)],
      },
      {
        id: 'anagram-by-negation',
        title: 'Visual anagram by negation',
        source: 'CS180 project 5 A, 1.8; Geng et al. 2024',
        workflow: 'anagram-by-negation',
        measurements: [expectNumber('spread of pixels', 'Spread.result', 0.4, 1)],
      },
    ],
  },
  {
    title: 'Training',
    experiments: [
      {
        id: 'formula-loss',
        title: 'Min-SNR weights by a formula',
        source: 'Hang et al. 2023, eq. 4',
        workflow: 'formula-loss',
        measurements: [expectNumber('error of the samples', 'Distance.distance', 0, 0.1)],
      },
      {
        id: 'reward',
        title: 'Fine-tuning with a reward through the sampler',
        source: 'Clark et al. 2024 (DRaFT)',
        workflow: 'reward',
        measurements: [
          expectNumber('cost before', 'Cost before.result', 1, 3),
          expectNumber('cost after', 'Cost after.result', 0, 0.7),
        ],
      },
    ],
  },
]
