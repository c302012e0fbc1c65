// The experiments on points: restarts and loops of samplers, trainings, and data.
import { expectNumber, near, type ExperimentGroup } from './define.ts'

const sampling: ExperimentGroup = {
  title: 'Custom sampling loops',
  experiments: [
    {
      id: 'restart',
      title: 'Restart sampling against the ODE with as many evaluations',
      source: 'Xu et al. 2023, algorithm 1 and fig. 1',
      workflow: 'restart',
      measurements: [
        expectNumber('23 evaluations', 'End.history_1[0]', 0.045, 0.075),
        expectNumber('8 restarts, 71 evaluations', 'End.history_1[4]', 0, 0.038),
        expectNumber('ODE, 71 evaluations', 'End.history_2[4]', 0.045, 0.08),
      ],
    },
    {
      id: 'carried-prediction',
      title: 'A multistep sampler by a carried prediction',
      source: 'Liu et al. 2022 (PNDM), eq. 12, second order',
      workflow: 'carried-prediction',
      measurements: [
        expectNumber('rms, extrapolated', 'Error, extrapolated.result', 0, 0.018),
        expectNumber('rms, DDIM', 'Error, DDIM.result', 0.022, 0.03),
      ],
    },
    {
      id: 'carried-prediction-40',
      title: 'The same with 40 steps: second order against first',
      source: 'Liu et al. 2022 (PNDM), eq. 12, second order',
      workflow: 'carried-prediction',
      set: { 'Timesteps.num_inference_steps': 40 },
      measurements: [
        expectNumber('rms, extrapolated', 'Error, extrapolated.result', 0, 0.006),
        expectNumber('rms, DDIM', 'Error, DDIM.result', 0.011, 0.016),
      ],
    },
    {
      id: 'coupled-samplers',
      title: 'Two samplers that share a coordinate',
      source: 'Bar-Tal et al. 2023 (MultiDiffusion), eq. 3',
      workflow: 'coupled-samplers',
      measurements: [
        expectNumber('difference of the shared coordinate', 'Difference.result', 0, 1e-6),
        expectNumber('share near a mode', 'Modes.near', 0.92, 1),
        expectNumber('share near a mode, uncoupled', 'Free modes.near', 0.96, 1),
      ],
    },
    {
      id: 'likelihood-by-hand',
      title: 'Likelihood along the ODE by a Gradient zone',
      source: 'Song et al. 2021 (SDE), eq. 39 and 40',
      workflow: 'likelihood-by-hand',
      measurements: [
        expectNumber('difference to the exact log density', 'Difference.result', 0, 0.04),
      ],
    },
    {
      id: 'likelihood-by-hand-100',
      title: 'The same with 100 steps: an error of first order',
      source: 'Song et al. 2021 (SDE), eq. 39 and 40',
      workflow: 'likelihood-by-hand',
      set: { 'Timesteps.num_inference_steps': 100 },
      measurements: [
        expectNumber('difference to the exact log density', 'Difference.result', 0.08, 0.15),
      ],
    },
    {
      id: 'dps',
      title: 'Diffusion posterior sampling',
      source: 'Chung et al. 2023; Song et al. 2023 (pseudoinverse guidance), eq. 7',
      workflow: 'dps',
      measurements: [
        expectNumber('largest error of the measurement', 'Largest error.result', 0, 0.001),
        expectNumber('spread of the free coordinate', 'Spread.result', 1.5, 2.6),
      ],
    },
    {
      id: 'dps-unguided',
      title: 'The same without the measurement',
      source: 'Chung et al. 2023, algorithm 1',
      workflow: 'dps',
      set: { 'Guidance.scale': 0 },
      measurements: [
        expectNumber('largest error of the measurement', 'Largest error.result', 2, 5),
      ],
    },
  ],
}

const training: ExperimentGroup = {
  title: 'Custom trainings',
  experiments: [
    {
      id: 'prediction-types',
      title: 'Four prediction types with equal networks, data and noise',
      source: 'Salimans & Ho 2022, section 4; Lipman et al. 2023',
      workflow: 'prediction-types',
      measurements: ['epsilon', 'x_0', 'v', 'flow'].map((name) =>
        expectNumber(name, `Distance, ${name}.distance`, 0, 0.1),
      ),
    },
    {
      id: 'prediction-types-trailing',
      title: 'The same from pure noise: epsilon fails',
      source: 'Lin et al. 2023, section 3.2',
      workflow: 'prediction-types',
      set: Object.fromEntries(
        ['epsilon', 'v'].map((name) => [`Samples, ${name}.timestep_spacing`, 'trailing']),
      ),
      measurements: [
        expectNumber('epsilon', 'Distance, epsilon.distance', 2, 1000),
        expectNumber('v', 'Distance, v.distance', 0, 0.12),
      ],
    },
    {
      id: 'no-time-embedding',
      title: 'A flow without the time, and with times past T',
      source: 'Sun et al. 2025, section 3',
      workflow: 'no-time-embedding',
      measurements: [
        expectNumber('with t', 'Distance with t.distance', 0, 0.06),
        expectNumber('without t', 'Distance without t.distance', 0.065, 0.2),
        expectNumber('rms at T, pure noise', 'End.history_1[4]', 0, 0.15),
        expectNumber('rms at 2 T, pure noise', 'End.history_1[11]', 0.3, 5),
      ],
    },
    {
      id: 'lr-sweep',
      title: 'Learning rate range test',
      source: 'Smith 2017, section 3.3',
      workflow: 'lr-sweep',
      measurements: [
        expectNumber('held-out loss at 0.0001', 'Losses.history_1[0]', 1.7, 2.5),
        expectNumber('at 0.003', 'Losses.history_1[2]', 1.3, 1.6),
        expectNumber('at 0.1', 'Losses.history_1[5]', 1.7, 1e6),
      ],
    },
    {
      id: 'k-fold',
      title: 'Cross-validation with five folds',
      source: 'Stone 1974',
      workflow: 'k-fold',
      measurements: [0, 1, 2, 3, 4].map((fold) =>
        expectNumber(`held-out loss, fold ${fold}`, `Losses.history_1[${fold}]`, 1.35, 1.75),
      ),
    },
    {
      id: 'data-set-size',
      title: 'Held-out loss by the size of the data set',
      source: 'Bishop 2006, section 1.1: overfitting',
      workflow: 'data-set-size',
      measurements: [
        expectNumber('16 points', 'Losses.history_1[0]', 1.6, 10),
        expectNumber('4000 points', 'Losses.history_1[2]', 1.2, 1.5),
      ],
    },
    {
      id: 'early-stopping',
      title: 'Early stopping by a held-out loss',
      source: 'Prechelt 1998',
      workflow: 'early-stopping',
      measurements: [
        expectNumber('steps', 'Training Start.step', 50, 1200),
        expectNumber('held-out loss', 'Fast mean.mix', 1, 1.56),
      ],
    },
    {
      id: 'no-early-stopping',
      title: 'The same to the last step',
      source: 'Prechelt 1998',
      workflow: 'early-stopping',
      set: { 'Training End.again_every': 100000 },
      measurements: [
        expectNumber('steps', 'Training Start.step', 1499, 1499),
        expectNumber('held-out loss', 'Fast mean.mix', 1.57, 100),
      ],
    },
    {
      id: 'maximum-likelihood',
      title: 'Maximum likelihood of a continuous flow',
      source: 'Chen et al. 2018; Grathwohl et al. 2019, eq. 8',
      workflow: 'maximum-likelihood',
      measurements: [
        expectNumber('held-out bits/dim before', 'End before.bits_per_dim', 2, 2.3),
        expectNumber('after 60 steps', 'End after.bits_per_dim', 1, 1.55),
      ],
    },
    {
      id: 'gradient-penalty',
      title: 'A GAN with a gradient penalty',
      source: 'Gulrajani et al. 2017, eq. 3',
      workflow: 'gradient-penalty',
      measurements: [expectNumber('sliced Wasserstein', 'Distance.distance', 0, 0.15)],
    },
    {
      id: 'distillation',
      title: 'Knowledge distillation into one step',
      source: 'Luhman & Luhman 2021, eq. 4',
      workflow: 'distillation',
      measurements: [
        expectNumber('one step of the teacher', 'Distance, teacher.distance', 0.5, 1),
        expectNumber('one step of the student', 'Distance, student.distance', 0, 0.08),
      ],
    },
    {
      id: 'chamfer-loss',
      title: 'A generator trained by the Chamfer distance',
      source: 'Fan et al. 2017, eq. 1',
      workflow: 'chamfer-loss',
      measurements: [
        expectNumber('before', 'Distance before.distance', 0.6, 0.9),
        expectNumber('after', 'Distance.distance', 0, 0.45),
      ],
    },
    {
      id: 'kernel-loss',
      title: 'A generator trained by the kernel distance',
      source: 'Li et al. 2015; Binkowski et al. 2018',
      workflow: 'kernel-loss',
      measurements: [
        expectNumber('kernel distance before', 'Kernel distance before.distance', 1.5, 3),
        expectNumber('kernel distance after', 'Kernel distance.distance', -0.02, 0.05),
        expectNumber('sliced Wasserstein', 'Distance.distance', 0, 0.2),
      ],
    },
  ],
}

const data: ExperimentGroup = {
  title: 'Data',
  experiments: [
    near('points-1d', 'Flow matching on the line', 'Lipman et al. 2023', 'points-1d', 0.08),
    near('points-3d', 'Flow matching in space', 'Lipman et al. 2023', 'points-3d', 0.07),
    {
      id: 'moments',
      title: 'Moments of the forward process',
      source: 'Ho et al. 2020, section 2',
      workflow: 'moments',
      measurements: [
        expectNumber('kurtosis at t = 0', 'Moments.history_1[0]', 1, 2),
        expectNumber('kurtosis at t = 999', 'Moments.history_1[4]', 2.85, 3.15),
        expectNumber('std at t = 500', 'Moments.history_2[2]', 0.95, 1.05),
      ],
    },
    {
      id: 'self-consuming-1',
      title: 'Training on samples: the first round',
      source: 'Alemohammad et al. 2024, section 3',
      workflow: 'self-consuming',
      set: { 'Rounds.times': 1 },
      measurements: [expectNumber('sliced Wasserstein', 'Distance.distance', 0, 0.075)],
    },
    {
      id: 'self-consuming-3',
      title: 'Training on samples of samples: the third round',
      source: 'Alemohammad et al. 2024, section 3',
      workflow: 'self-consuming',
      measurements: [expectNumber('sliced Wasserstein', 'Distance.distance', 0.08, 0.2)],
    },
  ],
}

export const pointGroups: readonly ExperimentGroup[] = [sampling, training, data]
