// Right and wrong answers to the lessons of the course diffusion.
import type { Solution } from './edits.ts'

export const diffusion: Readonly<Record<string, Solution>> = {
  'diffusion/01-noise': {
    answers: {
      factor: { right: '0.8', wrong: '0.64' },
      end: { right: '3', wrong: '1' },
    },
    tasks: {
      jump: {
        right: { set: { 'My jump.expression': 'alpha * a + sigma * b' } },
        wrong: [{ set: { 'My jump.expression': 'alpha * a + sigma^2 * b' } }],
      },
      balance: { right: { set: { 't.t': 496 } }, wrong: [{ set: { 't.t': 700 } }] },
    },
  },
  'diffusion/02-spectrum': {
    answers: {
      order: { right: '1', wrong: '2' },
      white: { right: '1.6', wrong: '4' },
    },
    tasks: {
      power: {
        right: { set: { 'My power.expression': 'alpha^2 * a + sigma^2' } },
        wrong: [{ set: { 'My power.expression': 'a + sigma' } }],
      },
      between: { right: { set: { 't.t': 600 } }, wrong: [{ set: { 't.t': 990 } }] },
    },
  },
  'diffusion/03-posterior': {
    answers: {
      number: { right: '0.125', wrong: '0.25' },
      unknown: { right: '2', wrong: '3' },
    },
    tasks: {
      mean: {
        right: {
          set: {
            'My mean.expression':
              'r = alpha / alpha(c); (alpha(c) * (1 - r^2) * a + r * sigma(c)^2 * b) / sigma^2',
          },
        },
        wrong: [{ set: { 'My mean.expression': '(a + b) / 2' } }],
      },
      variance: {
        right: {
          set: { 'My variance.expression': 'sigma(c)^2 / sigma^2 * (1 - (alpha / alpha(c))^2)' },
        },
        wrong: [{ set: { 'My variance.expression': '1 - (alpha / alpha(c))^2' } }],
      },
    },
  },
  'diffusion/04-kl': {
    answers: {
      drops: { right: '2', wrong: '1' },
      small: { right: '0.01', wrong: '0.02' },
    },
    tasks: {
      kl: {
        right: { set: { 'My KL.expression': '(snr(c) - snr) / 2 * mean((a - b)^2)' } },
        wrong: [{ set: { 'My KL.expression': '(snr(c) / snr - 1) / 2 * mean((a - b)^2)' } }],
      },
    },
  },
  'diffusion/05-reverse-kl': {
    answers: {
      cover: { right: '1', wrong: '2' },
      diffusion: { right: '1', wrong: '3' },
    },
    tasks: {
      other: {
        right: { set: { 'Gaussian.mean': -0.5 } },
        wrong: [{ set: { 'Gaussian.mean': 1 } }],
      },
    },
  },
  'diffusion/06-predictions': {
    answers: {
      blowup: { right: '10', wrong: '0.1' },
    },
    tasks: {
      v: {
        right: { set: { 'My v.expression': 'alpha * b - sigma * a' } },
        wrong: [{ set: { 'My v.expression': 'b - a' } }],
      },
      back: {
        right: { set: { 'My x_0.expression': 'alpha * a - sigma * b' } },
        wrong: [{ set: { 'My x_0.expression': '(a - sigma * b) / alpha' } }],
      },
      train: {
        right: { set: { 'Network.predicts': 'v_prediction' } },
        wrong: [{ set: { 'Samples.timestep_spacing': 'leading' } }],
      },
    },
  },
  'diffusion/07-variance': {
    answers: {
      middle: { right: '0.02', wrong: '0.025' },
      which: { right: '1', wrong: '2' },
    },
    tasks: {
      beta: {
        right: { set: { 'My beta.expression': '1 - alpha^2 / alpha(c)^2' } },
        wrong: [{ set: { 'My beta.expression': '1 - alpha / alpha(c)' } }],
      },
      spread: {
        right: { set: { 'Samples.variance': 'fixed_large' } },
        wrong: [{ set: { 'Samples.num_inference_steps': 200 } }],
      },
    },
  },
  'diffusion/08-likelihood': {
    answers: {
      gauss: { right: '2.05', wrong: '1.42' },
      bound: { right: '2', wrong: '1' },
    },
    tasks: {
      bits: {
        right: { set: { 'My bits.expression': '-a / (2 * log(2))' } },
        wrong: [{ set: { 'My bits.expression': '-a / log(2)' } }],
      },
      fit: { right: { set: { 'Model.std': 0.3 } }, wrong: [{ set: { 'Model.std': 1 } }] },
    },
  },
  'diffusion/09-time': {
    answers: {
      where: { right: '1', wrong: '2' },
      past: { right: '3', wrong: '1' },
    },
    tasks: {
      give: {
        right: {
          wires: {
            'Predict without t.t': 'Random timesteps.t',
            'Velocity without t.t': 'Sampling Start.t',
          },
        },
        wrong: [],
      },
    },
  },
  'diffusion/10-attention': {
    answers: {
      weight: { right: '0.881', wrong: '0.5' },
      cost: { right: '16', wrong: '4' },
    },
    tasks: {
      connect: {
        right: {
          set: { 'Attention.resolutions': '4' },
          wires: { 'Network.attention': 'Attention.attention' },
        },
        wrong: [{ set: { 'Optimizer.lr': 1e-5 } }],
      },
    },
  },
  'diffusion/11-patches': {
    answers: {
      tokens: { right: '196', wrong: '14' },
      large: { right: '2', wrong: '1' },
    },
    tasks: {
      round: { right: { set: { 'Patches.block_size': 2 } }, wrong: [] },
      dit: { right: { set: { 'Network.patch_size': 2 } }, wrong: [] },
    },
  },
  'diffusion/12-coverage': {
    answers: {
      number: { right: '2', wrong: '1' },
      price: { right: '3', wrong: '1' },
    },
    tasks: {
      cover: {
        right: { set: { 'Training start.steps': 1000 } },
        wrong: [{ set: { 'Noise.batch_size': 8 } }],
      },
    },
  },
  'diffusion/13-score': {
    answers: {
      direction: { right: '1', wrong: '2' },
      size: { right: '4', wrong: '0.25' },
    },
    tasks: {
      score: {
        right: { set: { 'My score.expression': '-a / sigma' } },
        wrong: [{ set: { 'My score.expression': 'a / sigma' } }],
      },
    },
  },
  'diffusion/14-guidance': {
    answers: {
      zero: { right: '2', wrong: '1' },
      price: { right: '60', wrong: '30' },
    },
    tasks: {
      formula: {
        right: { set: { 'My guidance.expression': 'b + c * (a - b)' } },
        wrong: [{ set: { 'My guidance.expression': 'a + c * (a - b)' } }],
      },
      scale: {
        right: { set: { 'My guidance.expression': 'b + c * (a - b)', 'Scale.value': 3 } },
        wrong: [{ set: { 'Scale.value': 30 } }],
      },
    },
  },
  'diffusion/15-inpainting': {
    answers: {
      noise: { right: '2', wrong: '1' },
    },
    tasks: {
      insert: {
        right: { set: { 'Insert.expression': 'c * b + (1 - c) * a' } },
        wrong: [{ set: { 'Insert.expression': 'c * a + (1 - c) * b' } }],
      },
    },
  },
  'diffusion/16-memorisation': {
    answers: {
      copies: { right: '1', wrong: '3' },
      test: { right: '2', wrong: '1' },
    },
    tasks: {
      smooth: { right: { set: { 'Model.std': 0.15 } }, wrong: [{ set: { 'Model.std': 1.5 } }] },
    },
  },
  'diffusion/17-few-steps': {
    answers: {
      order: { right: '0.01', wrong: '0.02' },
      why: { right: '2', wrong: '1' },
    },
    tasks: {
      ddim: {
        right: {
          set: { 'My step.expression': 'alpha(c) * (a - sigma * b) / alpha + sigma(c) * b' },
        },
        wrong: [{ set: { 'My step.expression': '(a - sigma * b) / alpha + sigma(c) * b' } }],
      },
      eight: {
        right: { set: { 'Fast.sampler': 'deis' } },
        wrong: [{ set: { 'Fast.num_inference_steps': 100 } }],
      },
    },
  },
}
