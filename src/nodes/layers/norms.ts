// Normalization, activations and dropout.
import { param, slot } from '../define.ts'
import { defineLayer, defineOpLayer } from './defineLayer.ts'

const eps = (initial: number, about = 'Added to the variance') =>
  param.advanced(param.real(initial, { min: 1e-12, max: 1, step: 1e-6 }, about))
const x = slot.features('Features')

export const groupNorm = defineOpLayer('group_norm', {
  type: 'diffusion/GroupNorm',
  summary: 'Normalizes each group of channels over all pixels or tokens of an item.',
  aliases: ['batchnorm', 'BatchNorm2d', 'InstanceNorm', 'normalization'],
  equation: 'y = \\frac{x - \\mathrm{E}[x]}{\\sqrt{\\mathrm{Var}[x] + \\epsilon}} \\gamma + \\beta',
  source: 'Wu & He 2018',
  inputs: { x },
  params: {
    groups: param.integer(8, { min: 1, max: 4096 }, 'Number of groups; must divide the channels'),
    eps: eps(1e-5),
    name: param.layerName('norm'),
  },
  gives: 'Normalized features',
})

export const layerNorm = defineLayer({
  type: 'diffusion/LayerNorm',
  summary: 'Normalizes each pixel, token or vector over its channels.',
  aliases: ['layer normalization'],
  equation: 'y = \\frac{x - \\mathrm{E}[x]}{\\sqrt{\\mathrm{Var}[x] + \\epsilon}} \\gamma + \\beta',
  source: 'Ba et al. 2016',
  inputs: { x },
  params: {
    affine: param.toggle(true, 'Learned γ and β per channel'),
    eps: eps(1e-5),
    name: param.when('affine', 'true', param.layerName('norm')),
  },
  gives: 'Normalized features',
  build: (b, { x }, { affine, eps, name }) => b.layerNorm(x, affine ? name : undefined, eps),
})

export const rmsNorm = defineOpLayer('rms_norm', {
  type: 'diffusion/RMSNorm',
  summary: 'Divides each pixel, token or vector by the root mean square of its channels.',
  aliases: ['root mean square norm'],
  equation: 'y = \\frac{x}{\\sqrt{\\mathrm{E}[x^2] + \\epsilon}} \\gamma',
  source: 'Zhang & Sennrich 2019',
  inputs: { x },
  params: { eps: eps(1e-6, 'Added to the mean square'), name: param.layerName('norm') },
  gives: 'Normalized features',
})

export const silu = defineOpLayer('silu', {
  type: 'diffusion/SiLU',
  title: 'SiLU',
  summary: 'SiLU activation (swish): x times its sigmoid.',
  aliases: ['swish', 'silu activation'],
  equation: 'y = x \\, \\sigma(x)',
  source: 'Elfwing et al. 2017',
  inputs: { x },
  params: {},
  gives: 'Activated features',
})

export const gelu = defineLayer({
  type: 'diffusion/GELU',
  title: 'GELU',
  summary:
    'GELU activation: x times the cumulative distribution function of the standard normal distribution.',
  aliases: ['geglu', 'gelu activation'],
  equation: 'y = x \\, \\Phi(x)',
  source: 'Hendrycks & Gimpel 2016',
  inputs: { x },
  params: {
    approximate: param.choice(['none', 'tanh'], 'How Φ is computed', {
      none: 'Exactly',
      tanh: 'Approximated by tanh, as in GPT-2 and DiT',
    }),
  },
  gives: 'Activated features',
  build: (b, { x }, { approximate }) => b.add(approximate === 'tanh' ? 'gelu_tanh' : 'gelu', [x]),
})

export const relu = defineOpLayer('relu', {
  type: 'diffusion/ReLU',
  title: 'ReLU',
  summary: 'ReLU activation: max(x, 0).',
  aliases: ['rectifier', 'rectified linear unit', 'activation'],
  equation: 'y = \\max(x, 0)',
  inputs: { x },
  params: {},
  gives: 'Activated features',
})

export const tanh = defineOpLayer('tanh', {
  type: 'diffusion/Tanh',
  summary: 'Hyperbolic tangent: an activation between -1 and 1.',
  equation: 'y = \\tanh(x)',
  inputs: { x },
  params: {},
  gives: 'Activated features',
})

export const mish = defineOpLayer('mish', {
  type: 'diffusion/Mish',
  summary: 'Mish activation: x tanh(softplus(x)).',
  equation: 'y = x \\tanh(\\ln(1 + e^x))',
  source: 'Misra 2019',
  inputs: { x },
  params: {},
  gives: 'Activated features',
})

export const softmax = defineOpLayer('softmax', {
  type: 'diffusion/Softmax',
  summary: 'Softmax over the channels of each pixel, token or vector.',
  equation: 'y_i = \\frac{e^{x_i}}{\\sum_j e^{x_j}}',
  inputs: { x },
  params: {},
  gives: 'Numbers from 0 to 1 whose sum over the channels is 1',
})

export const dropoutLayer = defineOpLayer('dropout', {
  type: 'diffusion/Dropout',
  summary:
    'Sets random elements to zero during training, and divides the others by 1 - rate. Has no effect while sampling.',
  aliases: ['nn.Dropout', 'regularization'],
  source: 'Srivastava et al. 2014',
  inputs: { x },
  params: {
    rate: param.real(
      0.1,
      { min: 0, max: 0.99, slider: true },
      'Probability that an element becomes zero',
    ),
    name: param.layerName('dropout', 'Name of the layer, unique in the model'),
  },
  gives: 'Features of the shape of x',
})
