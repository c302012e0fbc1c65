// Elementary functions: exponentials, roots, trigonometric functions, and `stop`.
import type { Elementwise } from '../functionTypes.ts'
import { latexCall, pythonCall, type Notation, pythonTensor } from '../notation.ts'
import type { DeviceMath } from '../functionTypes.ts'
import type { Tensor } from '../../base/tf.ts'

/** A function of one argument with this name in PyTorch. */
const unary = (
  name: string,
  about: string,
  host: (x: number) => number,
  device: (math: DeviceMath, x: Tensor) => Tensor,
  latex: Notation,
  safe?: number,
): Elementwise => ({
  kinds: 'elementwise',
  id: name,
  written: name,
  arity: [1, 1],
  args: 'x',
  about,
  host,
  device,
  ...(safe !== undefined && { safe: [safe] }),
  latex,
  torch: pythonCall(`torch.${name}`),
})

const operator = (name: string) => latexCall(`\\operatorname{${name}}`)

const softplusOfNumber = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))

export const elementary: readonly Elementwise[] = [
  unary('exp', 'Exponential', Math.exp, ({ tf }, x) => tf.exp(x), latexCall('\\exp'), 0),
  unary(
    'expm1',
    '`exp(x) - 1`, exact for small x',
    Math.expm1,
    ({ tf }, x) => tf.expm1(x),
    operator('expm1'),
    0,
  ),
  unary('log', 'Natural logarithm', Math.log, ({ tf }, x) => tf.log(x), latexCall('\\ln'), 1),
  unary(
    'log1p',
    '`log(1 + x)`, exact for small x',
    Math.log1p,
    ({ tf }, x) => tf.log1p(x),
    operator('log1p'),
    0,
  ),
  unary(
    'sqrt',
    'Square root',
    Math.sqrt,
    ({ tf }, x) => tf.sqrt(x),
    { print: (x) => `\\sqrt{${x}}` },
    1,
  ),
  unary('sin', 'Sine', Math.sin, ({ tf }, x) => tf.sin(x), latexCall('\\sin'), 0),
  unary('cos', 'Cosine', Math.cos, ({ tf }, x) => tf.cos(x), latexCall('\\cos'), 0),
  unary('tan', 'Tangent', Math.tan, ({ tf }, x) => tf.tan(x), latexCall('\\tan'), 0),
  unary('atan', 'Arc tangent', Math.atan, ({ tf }, x) => tf.atan(x), latexCall('\\arctan'), 0),
  unary('tanh', 'Hyperbolic tangent', Math.tanh, ({ tf }, x) => tf.tanh(x), latexCall('\\tanh'), 0),
  unary(
    'sigmoid',
    'Logistic function `1 / (1 + exp(-x))`',
    (x) => 1 / (1 + Math.exp(-x)),
    ({ tf }, x) => tf.sigmoid(x),
    latexCall('\\sigma'),
    0,
  ),
  {
    ...unary(
      'softplus',
      '`log(1 + exp(x))`',
      softplusOfNumber,
      ({ tf }, x) => tf.softplus(x),
      operator('softplus'),
      0,
    ),
    torch: pythonCall('torch.nn.functional.softplus'),
  },
  {
    ...unary(
      'stop',
      'x without its gradient',
      (x) => x,
      ({ stop }, x) => stop(x),
      operator('sg'),
    ),
    torch: { print: (x) => `${pythonTensor(x)}.detach()` },
    constant: true,
  },
]
