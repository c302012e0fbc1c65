// How weights follow their gradients.
import { advanced, choice, defineNode, integer, optimizer as optimizerSlot, real } from '../define.ts'

export const optimizer = defineNode({
  type: 'diffusion/Optimizer',
  category: 'training',
  summary: 'How weights follow their gradients: Adam or AdamW, with warm-up, a decaying learning rate and clipping.',
  source: 'Kingma & Ba 2015; Loshchilov & Hutter 2019; as in PyTorch and diffusers',
  inputs: {},
  outputs: { optimizer: optimizerSlot('for TrainingStart') },
  params: {
    algorithm: choice(['adamw', 'adam'], 'adamw takes weight decay off the weights, adam adds it to the gradient'),
    lr: real(1e-3, { min: 0, max: 10, step: 0.0001 }, 'learning rate after the warm-up'),
    lr_schedule: choice(['constant', 'linear', 'cosine'], 'after the warm-up: stays, or falls to 0 at the last step'),
    warmup_steps: advanced(integer(0, { max: 1_000_000 }, 'steps over which the learning rate grows from 0')),
    beta1: advanced(real(0.9, { min: 0, max: 0.999999, step: 0.001 }, 'memory of the gradient')),
    beta2: advanced(real(0.999, { min: 0, max: 0.999999, step: 0.0001 }, 'memory of its square')),
    eps: advanced(real(1e-8, { min: 0, max: 1, step: 1e-8 }, 'keeps a vanishing gradient from a step without limit')),
    weight_decay: advanced(real(0, { min: 0, max: 10, step: 0.001 }, 'pull of the weights towards 0')),
    clip_norm: advanced(real(1, { min: 0, max: 1e6, step: 0.1 }, 'largest norm of the whole gradient; 0: no limit')),
  },
  needsTotalSteps: ({ lr_schedule }) => lr_schedule !== 'constant',
  run: (_, config) => ({ optimizer: { type: 'optimizer', config } }),
})
