// Right and wrong answers to the lessons of the course cs180.
import type { Solution } from './edits.ts'

export const cs180: Readonly<Record<string, Solution>> = {
  'cs180/01-forward': {
    answers: {
      scale: { right: '1', wrong: '2' },
    },
    tasks: {
      forward: {
        right: { set: { 'My forward.expression': 'alpha * a + sigma * b' } },
        wrong: [{ set: { 'My forward.expression': 'a + sigma * b' } }],
      },
      level: {
        right: { set: { 'My forward.expression': 'alpha * a + sigma * b', 't.t': 500 } },
        wrong: [],
      },
    },
  },
  'cs180/02-blur': {
    answers: {
      why: { right: '2', wrong: '1' },
    },
    tasks: {
      best: {
        right: { set: { 'Blurred.sigma': 0.6 } },
        wrong: [{ set: { 'Blurred.sigma': 0.2 } }],
      },
    },
  },
  'cs180/03-one-step': {
    answers: {
      blurred: { right: '3', wrong: '1' },
    },
    tasks: {
      estimate: {
        right: { set: { 'My estimate.expression': '(a - sigma * b) / alpha' } },
        wrong: [{ set: { 'My estimate.expression': 'a - sigma * b' } }],
      },
    },
  },
  'cs180/04-iterative': {
    answers: {
      last: { right: '0', wrong: '1' },
    },
    tasks: {
      step: {
        right: {
          set: {
            'My step.expression':
              'r = alpha / alpha(c); (alpha(c) * (1 - r^2) * b + r * sigma(c)^2 * a) / sigma^2 + sigma(c) / sigma * sqrt(1 - r^2) * d',
          },
        },
        wrong: [],
      },
    },
  },
  'cs180/05-sampling': {
    answers: {
      same: { right: '1', wrong: '2' },
    },
    tasks: {
      steps: { right: { set: { 'Samples.num_inference_steps': 60 } }, wrong: [] },
    },
  },
  'cs180/06-guidance': {
    answers: {
      gamma: { right: '1', wrong: '2' },
    },
    tasks: {
      cfg: {
        right: { set: { 'My guidance.expression': 'b + c * (a - b)' } },
        wrong: [{ set: { 'My guidance.expression': 'c * (a - b)' } }],
      },
      clear: {
        right: { set: { 'My guidance.expression': 'b + c * (a - b)', 'Scale.value': 3 } },
        wrong: [],
      },
    },
  },
  'cs180/07-sdedit': {
    answers: {
      strong: { right: '2', wrong: '1' },
    },
    tasks: {
      strength: {
        right: { set: { 'Strength.strength': 0.5 } },
        wrong: [{ set: { 'Strength.strength': 1 } }],
      },
      drawing: {
        right: { set: { 'Strength of the drawing.strength': 0.6 } },
        wrong: [{ set: { 'Strength of the drawing.strength': 0.05 } }],
      },
      insert: { right: { set: { 'Insert.expression': 'c * b + (1 - c) * a' } }, wrong: [] },
      class: {
        right: { set: { 'Class.label': 8 }, wires: { 'Variations.condition': 'Class.labels' } },
        wrong: [],
      },
    },
  },
  'cs180/08-anagrams': {
    answers: {
      views: { right: '2', wrong: '1' },
    },
    tasks: {
      mean: {
        right: { set: { 'Mean.expression': '(a + b) / 2' } },
        wrong: [{ set: { 'Mean.expression': '0 * a' } }],
      },
    },
  },
  'cs180/09-hybrid': {
    answers: {
      sigma: { right: '1', wrong: '2' },
    },
    tasks: {
      sum: {
        right: { set: { 'Sum.expression': 'a + b' } },
        wrong: [{ set: { 'Sum.expression': 'b' } }, { set: { 'Sum.expression': 'b - a' } }],
      },
    },
  },
  'cs180/10-denoiser': {
    answers: {
      pure: { right: '2', wrong: '1' },
      outside: { right: '1', wrong: '2' },
    },
    tasks: {
      noise: {
        right: { set: { 'Noisy digits.expression': 'a + 0.5 * b' } },
        wrong: [{ set: { 'Noisy digits.expression': '0.5 * a + 0.5 * b' } }],
      },
      train: { right: { set: { 'Noisy digits.expression': 'a + 0.5 * b' } }, wrong: [] },
    },
  },
  'cs180/11-flow-matching': {
    answers: {
      drop: { right: '2', wrong: '1' },
    },
    tasks: {
      velocity: {
        right: { set: { 'My target.expression': 'b - a' } },
        wrong: [{ set: { 'My target.expression': 'a - b' } }],
      },
      labels: { right: { wires: { 'Predict.condition': 'Dropped labels.labels' } }, wrong: [] },
    },
  },
}
