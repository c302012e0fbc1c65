// The experiments of courses and papers: the workflow of each, its settings, and the numbers that it
// has to give. `npm run experiments` runs them; docs/experiments.md shows the results.

import { expectNumber, near, type Experiment, type ExperimentGroup } from './define.ts'
import { imageGroups } from './images.ts'
import { pointGroups } from './points.ts'

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
          expectNumber(
            'rms of the noise',
            'Noisy error.result',
            Number((noisy - 0.1).toFixed(2)),
            noisy,
          ),
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
          expectNumber('rms with 4 steps', 'Curve end.history_1[0]', 0.1, 0.5),
          expectNumber('rms with 16 steps', 'Curve end.history_1[2]', 0.01, 0.06),
          expectNumber('rms with 64 steps', 'Curve end.history_1[4]', 0, 0.015),
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
      near(
        'predictor-corrector',
        'Predictor and corrector',
        'Song et al. 2021 (SDE), algorithm 2',
        'predictor-corrector',
        0.1,
      ),
      near(
        'predictor-only',
        'The predictor with one corrector step',
        'Song et al. 2021 (SDE), algorithm 2',
        'predictor-corrector',
        0.2,
        { 'Corrector.n_steps': 1 },
      ),
      near(
        'annealed-langevin',
        'Annealed Langevin dynamics',
        'Song & Ermon 2019, algorithm 1',
        'annealed-langevin',
        0.2,
      ),
      near(
        'noise-by-formula',
        'DDIM with noise by a formula',
        'Song et al. 2021 (DDIM), eq. 12',
        'noise-by-formula',
        0.15,
      ),
      near(
        'temperature',
        'Sampling with a temperature',
        'Dhariwal & Nichol 2021, appendix G',
        'temperature',
        0.2,
      ),
      {
        id: 'guidance-by-formula',
        title: 'Guidance scale as a formula of t',
        source: 'Kynkäänniemi et al. 2024',
        workflow: 'guidance-by-formula',
        measurements: [expectNumber('distance to the nearest digit', 'Nearest.distance', 0, 3)],
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
    title: 'Ready workflows',
    experiments: [
      near(
        'gan',
        'GAN: two networks in one loop',
        'Goodfellow et al. 2014, algorithm 1',
        'gan',
        0.1,
      ),
      near(
        'consistency-training',
        'Consistency training with an EMA target, one step',
        'Song et al. 2023, algorithm 3',
        'consistency-training',
        0.07,
      ),
      {
        id: 'reflow',
        title: 'Reflow, one step',
        source: 'Liu et al. 2023, algorithm 1',
        workflow: 'reflow',
        measurements: [
          expectNumber('one step of the flow', 'Distance, flow.distance', 0.5, 1),
          expectNumber('one step after reflow', 'Distance, reflow.distance', 0, 0.08),
        ],
      },
      {
        id: 'consistency-distillation',
        title: 'Consistency distillation, one evaluation',
        source: 'Song et al. 2023, algorithm 2',
        workflow: 'consistency-distillation',
        measurements: [
          expectNumber('student, one evaluation', 'Distance.distance', 0, 0.05),
          expectNumber('teacher, one evaluation', 'Distance, teacher.distance', 0.5, 1),
          expectNumber('teacher, 35 evaluations', 'Distance, teacher of 35.distance', 0, 0.05),
        ],
      },
      {
        id: 'progressive-distillation',
        title: 'Progressive distillation from 16 steps to one',
        source: 'Salimans & Ho 2022, algorithm 2',
        workflow: 'progressive-distillation',
        measurements: [
          expectNumber('student, one step', 'Distance, last student.distance', 0, 0.08),
          expectNumber('first teacher, one step', 'Distance, teacher.distance', 0.5, 1),
          expectNumber('first teacher, 16 steps', 'Distance, teacher 16.distance', 0, 0.08),
        ],
      },
      {
        id: 'optimal-transport-couplings',
        title: 'Minibatch optimal transport couplings',
        source: 'Pooladian et al. 2023 (BatchOT); Tong et al. 2024 (OT-CFM)',
        workflow: 'optimal-transport-couplings',
        measurements: [
          expectNumber('random pairs, 1 step', 'End.history_1[0]', 0.5, 1),
          expectNumber('optimal transport, 1 step', 'End.history_2[0]', 0, 0.1),
          expectNumber('random pairs, 4 steps', 'End.history_1[2]', 0.1, 0.3),
          expectNumber('optimal transport, 4 steps', 'End.history_2[2]', 0, 0.06),
        ],
      },
      near(
        'drifting',
        'Drifting: a generator of one evaluation',
        'Deng et al. 2026, algorithms 1 and 2',
        'drifting',
        0.05,
      ),
      {
        id: 'mean-flow',
        title: 'MeanFlow: a network of two times, one step',
        source: 'Geng et al. 2025, algorithms 1 and 2',
        workflow: 'mean-flow',
        measurements: [
          expectNumber('flow, 1 step', 'All steps.history_2[0]', 0.5, 1),
          expectNumber('MeanFlow, 1 step', 'All steps.history_1[0]', 0, 0.12),
        ],
      },
      {
        id: 'shortcut',
        title: 'Shortcut model: the size of the step as an input',
        source: 'Frans et al. 2025, algorithms 1 and 2',
        workflow: 'shortcut',
        measurements: [
          expectNumber('size 0, 1 step', 'All steps.history_2[0]', 0.5, 1),
          expectNumber('shortcut, 1 step', 'All steps.history_1[0]', 0, 0.12),
        ],
      },
      {
        id: 'mask-training',
        title: 'Training with masks, against RePaint',
        source: 'Saharia et al. 2022 (Palette); Lugmayr et al. 2022',
        workflow: 'mask-training',
        measurements: [
          expectNumber('rms, trained with masks', 'Error, trained.result', 0.2, 0.58),
          expectNumber('rms, RePaint', 'Error, RePaint.result', 0.58, 0.7),
        ],
      },
      {
        id: 'self-conditioning',
        title: 'Self-conditioning on bits, against a plain network',
        source: 'Chen et al. 2023 (Analog Bits)',
        workflow: 'self-conditioning',
        measurements: [
          expectNumber('undecided pixels, self-conditioned', 'Undecided.result', 0.05, 0.11),
          expectNumber('undecided pixels, plain', 'Undecided, plain.result', 0.11, 0.15),
        ],
      },
      {
        id: 'few-step-methods',
        title: 'Five few-step methods on one budget',
        source: 'Liu et al. 2023; Luhman & Luhman 2021; Song et al. 2023; Pooladian et al. 2023',
        workflow: 'few-step-methods',
        measurements: [
          expectNumber('flow, 1 evaluation', 'End.history_1[0]', 0.5, 1),
          expectNumber('optimal transport, 1 evaluation', 'End.history_2[0]', 0, 0.1),
          expectNumber('reflow, 1 evaluation', 'End.history_3[0]', 0, 0.08),
          expectNumber('consistency, 1 evaluation', 'End.history_4[0]', 0, 0.09),
          expectNumber('distillation, 1 evaluation', 'Distance, distillation.distance', 0, 0.06),
          expectNumber('flow, 8 evaluations', 'End.history_1[3]', 0.07, 0.15),
        ],
      },
      {
        id: 'nfe-curves',
        title: 'Six samplers by the number of evaluations',
        source: 'CS492(D), the challenge of few evaluations',
        workflow: 'nfe-curves',
        measurements: [
          expectNumber('DDIM, 8 evaluations', 'End.history_1[4]', 0, 0.3),
          expectNumber('UniPC, 8 evaluations', 'End.history_4[4]', 0, 0.12),
          expectNumber('DEIS, 8 evaluations', 'End.history_6[4]', 0, 0.06),
          expectNumber('iPNDM, 12 evaluations', 'End.history_7[5]', 0, 0.06),
        ],
      },
      {
        id: 'density-over-time',
        title: 'Density over time of the reverse SDE and the ODE',
        source: 'Song et al. 2021 (SDE), fig. 1',
        workflow: 'density-over-time',
        measurements: [
          expectNumber('distance, SDE', 'Distance, SDE.distance', 0, 0.15),
          expectNumber('distance, ODE', 'Distance, ODE.distance', 0, 0.15),
        ],
      },
    ],
  },
  {
    title: 'Training',
    experiments: [
      near('train-v', 'Prediction of v', 'Salimans & Ho 2022, eq. 12', 'train-points', 0.15),
      ...(['epsilon', 'sample'] as const).map((predicts) =>
        near(
          `train-${predicts}`,
          `Prediction of ${predicts}`,
          'Ho et al. 2020, 3.2',
          'train-points',
          0.2,
          { 'Network.predicts': predicts },
        ),
      ),
      near('train-flow', 'Flow matching', 'Lipman et al. 2023, eq. 23', 'train-flow', 0.15),
      near(
        'train-logit-normal',
        'Flow matching with logit-normal timesteps',
        'Esser et al. 2024, eq. 19',
        'train-flow',
        0.15,
        { 'Random timesteps.density': 'logit_normal' },
      ),
      near(
        'train-edm',
        'Preconditioned training',
        'Karras et al. 2022, table 1',
        'train-edm',
        0.15,
      ),
      ...(['linear', 'scaled_linear', 'sigmoid'] as const).map((schedule) =>
        near(
          `train-${schedule}`,
          `Schedule ${schedule}`,
          'Nichol & Dhariwal 2021, 3.2',
          'train-points',
          0.2,
          { 'Schedule.beta_schedule': schedule },
        ),
      ),
      ...(['l1', 'huber', 'pseudo_huber'] as const).map((kind) =>
        near(`train-${kind}`, `Loss ${kind}`, 'Song & Dhariwal 2023, eq. 8', 'train-points', 0.2, {
          'Loss.kind': kind,
        }),
      ),
      ...([4, 8, 16] as const).map((steps) =>
        near(
          `swiss-roll-${steps}`,
          `DPM-Solver++ 2M with ${steps} steps on the swiss roll`,
          'CS492(D) assignment 1; Lu et al. 2022',
          'train-points',
          0.4,
          { 'Data.distribution': 'swiss_roll', 'Samples.num_inference_steps': steps },
        ),
      ),
      {
        id: 'nfe-challenge',
        title: 'Samplers by the number of evaluations',
        source: 'CS492(D), the challenge of few evaluations',
        workflow: 'nfe-challenge',
        measurements: [
          expectNumber('DDIM, 4 steps', 'Curve end.history_1[0]', 0, 0.5),
          expectNumber('DPM++ 2M, 8 steps', 'Curve end.history_2[1]', 0, 0.3),
          expectNumber('UniPC, 8 steps', 'Curve end.history_3[1]', 0, 0.3),
        ],
      },
      near(
        'two-losses',
        'Two losses, the second by a growing weight',
        'curriculum by the step',
        'two-losses',
        0.2,
      ),
      {
        id: 'item-weights',
        title: 'Items with their own weights',
        source: 'weights by labels',
        workflow: 'item-weights',
        measurements: [expectNumber('distance to unweighted data', 'Distance.distance', 0.2, 0.6)],
      },
      {
        id: 'fine-tuning',
        title: 'Fine-tuning on other data',
        source: 'transfer between data sets',
        workflow: 'fine-tuning',
        measurements: [
          expectNumber('before', 'Distance before.distance', 0.15, 2),
          expectNumber('after', 'Distance after.distance', 0, 0.15),
        ],
      },
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
  ...imageGroups,
  ...pointGroups,
]
