// Arithmetic: operators, extrema, and functions that are constant between jumps.
import type { Tensor } from '../../base/tf.ts'
import type { DeviceMath, Elementwise } from '../functionTypes.ts'
import { infix, latexCall, precedence, prefix, pythonCall, pythonTensor } from '../notation.ts'

const { sum, product, negation, power } = precedence
const KIND = { kinds: 'elementwise' } as const

/** The largest number of arguments of a function with any number of them. */
export const MANY = 16

/**
 * Power with finite derivatives at 0^0, which tfjs computes as 0 * infinity. Its derivative with
 * respect to the exponent is 0 for bases up to 0, as in tfjs.
 */
function powerOnDevice({ tf }: DeviceMath, base: Tensor, exponent: Tensor): Tensor {
  const both = tf.logicalAnd(tf.equal(base, 0), tf.equal(exponent, 0))
  return tf.where(both, 1, tf.pow(tf.where(both, 1, base), exponent))
}

function literalPower({ tf }: DeviceMath, base: Tensor, exponent: number): Tensor {
  if (exponent === 0) return tf.onesLike(base)
  if (exponent === 1) return tf.clone(base)
  if (exponent === 2) return tf.square(base)
  if (exponent === 0.5) return tf.sqrt(base)
  return tf.pow(base, exponent)
}

/** Gives operands one shape: the gradients of tfjs's extrema have the shape of the result. */
function expandOperands({ tf }: DeviceMath, x: Tensor, y: Tensor): [Tensor, Tensor] {
  const shape = tf.backend_util.assertAndGetBroadcastShape(x.shape, y.shape)
  const expand = (operand: Tensor) =>
    operand.size === tf.util.sizeFromShape(shape) && operand.rank === shape.length
      ? operand
      : tf.broadcastTo(operand, shape as never)
  return [expand(x), expand(y)]
}

const smaller = (math: DeviceMath, x: Tensor, y: Tensor) =>
  math.tf.minimum(...expandOperands(math, x, y))
const larger = (math: DeviceMath, x: Tensor, y: Tensor) =>
  math.tf.maximum(...expandOperands(math, x, y))

const fraction = { print: (a: string, b: string) => `\\frac{${a}}{${b}}` }

const operators: readonly Elementwise[] = [
  {
    ...KIND,
    id: 'add',
    written: '+',
    arity: [2, 2],
    args: 'x, y',
    about: 'Sum',
    host: (x, y) => x + y,
    device: ({ tf }, x, y) => tf.add(x, y),
    latex: infix('+', sum, sum),
    torch: infix('+', sum),
  },
  {
    ...KIND,
    id: 'subtract',
    written: '-',
    arity: [2, 2],
    args: 'x, y',
    about: 'Difference',
    host: (x, y) => x - y,
    device: ({ tf }, x, y) => tf.sub(x, y),
    latex: infix('-', sum),
    torch: infix('-', sum),
  },
  {
    ...KIND,
    id: 'multiply',
    written: '*',
    arity: [2, 2],
    args: 'x, y',
    about: 'Product, element by element',
    host: (x, y) => x * y,
    device: ({ tf }, x, y) => tf.mul(x, y),
    safe: [0, 0],
    latex: infix('\\cdot', product, product),
    torch: infix('*', product),
  },
  {
    ...KIND,
    id: 'divide',
    written: '/',
    arity: [2, 2],
    args: 'x, y',
    about: 'Quotient',
    host: (x, y) => x / y,
    device: ({ tf }, x, y) => tf.div(x, y),
    safe: [0, 1],
    latex: fraction,
    torch: infix('/', product),
  },
  {
    ...KIND,
    id: 'power',
    written: '^',
    arity: [2, 2],
    args: 'x, y',
    about: 'Power, also written `**`. Associates to the right: `a^b^c` is `a^(b^c)`',
    host: (x, y) => x ** y,
    device: powerOnDevice,
    literal: literalPower,
    safe: [1, 1],
    latex: {
      binds: power,
      needs: [precedence.atom, 0],
      print: (base, exponent) => `{${base}}^{${exponent}}`,
    },
    torch: { ...infix('**', power), needs: [precedence.atom, negation] },
  },
  {
    ...KIND,
    id: 'negate',
    written: '- (unary)',
    arity: [1, 1],
    args: 'x',
    about: 'Negative. Binds less than a power: `-a^2` is `-(a^2)`',
    host: (x) => -x,
    device: ({ tf }, x) => tf.neg(x),
    latex: prefix('-', negation),
    torch: prefix('-', negation),
  },
]

/** Multiplies by the detached sign, so that the derivative at 0 is 0. */
const absOnDevice = ({ tf, stop }: DeviceMath, x: Tensor) => tf.mul(x, stop(tf.sign(stop(x))))

const roundHalfToEven = (x: number) => {
  const floor = Math.floor(x)
  if (x - floor !== 0.5) return Math.round(x)
  return floor % 2 === 0 ? floor : floor + 1
}

const functions: readonly Elementwise[] = [
  {
    ...KIND,
    id: 'minimum',
    written: 'min',
    arity: [2, MANY],
    args: 'x, y, ...',
    about: 'Smallest of several values, element by element',
    host: (...all) => Math.min(...all),
    device: (math, ...all) => all.reduce((x, y) => smaller(math, x, y)),
    latex: latexCall('\\min'),
    torch: {
      print: (...all) =>
        all.reduce((x, y) => `torch.minimum(${pythonTensor(x)}, ${pythonTensor(y)})`),
    },
  },
  {
    ...KIND,
    id: 'maximum',
    written: 'max',
    arity: [2, MANY],
    args: 'x, y, ...',
    about: 'Largest of several values, element by element',
    host: (...all) => Math.max(...all),
    device: (math, ...all) => all.reduce((x, y) => larger(math, x, y)),
    latex: latexCall('\\max'),
    torch: {
      print: (...all) =>
        all.reduce((x, y) => `torch.maximum(${pythonTensor(x)}, ${pythonTensor(y)})`),
    },
  },
  {
    ...KIND,
    id: 'clamp',
    written: 'clamp',
    arity: [3, 3],
    args: 'x, low, high',
    about: 'x limited to the range from low to high',
    host: (x, low, high) => Math.min(Math.max(x, low), high),
    device: (math, x, low, high) => smaller(math, larger(math, x, low), high),
    latex: latexCall('\\operatorname{clamp}'),
    torch: pythonCall('torch.clamp'),
  },
  {
    ...KIND,
    id: 'abs',
    written: 'abs',
    arity: [1, 1],
    args: 'x',
    about: 'Absolute value; its derivative at 0 is 0',
    host: Math.abs,
    device: absOnDevice,
    latex: { print: (x) => `\\left|${x}\\right|` },
    torch: pythonCall('torch.abs'),
  },
  {
    ...KIND,
    id: 'sign',
    written: 'sign',
    arity: [1, 1],
    args: 'x',
    about: '1 for positive numbers, -1 for negative ones, else 0. Without gradient',
    host: (x) => (x > 0 ? 1 : x < 0 ? -1 : x === 0 ? 0 : NaN),
    device: ({ tf, stop }, x) => tf.sign(stop(x)),
    constant: true,
    latex: latexCall('\\operatorname{sign}'),
    torch: pythonCall('torch.sign'),
  },
  {
    ...KIND,
    id: 'floor',
    written: 'floor',
    arity: [1, 1],
    args: 'x',
    about: 'Largest integer up to x. Without gradient',
    host: Math.floor,
    device: ({ tf, stop }, x) => tf.floor(stop(x)),
    constant: true,
    latex: { print: (x) => `\\left\\lfloor ${x}\\right\\rfloor` },
    torch: pythonCall('torch.floor'),
  },
  {
    ...KIND,
    id: 'ceil',
    written: 'ceil',
    arity: [1, 1],
    args: 'x',
    about: 'Smallest integer from x. Without gradient',
    host: Math.ceil,
    device: ({ tf, stop }, x) => tf.ceil(stop(x)),
    constant: true,
    latex: { print: (x) => `\\left\\lceil ${x}\\right\\rceil` },
    torch: pythonCall('torch.ceil'),
  },
  {
    ...KIND,
    id: 'round',
    written: 'round',
    arity: [1, 1],
    args: 'x',
    about: 'Nearest integer, the even one of two. Without gradient',
    host: roundHalfToEven,
    device: ({ tf, stop }, x) => tf.round(stop(x)),
    constant: true,
    latex: latexCall('\\operatorname{round}'),
    torch: pythonCall('torch.round'),
  },
  {
    ...KIND,
    id: 'mod',
    written: 'mod',
    arity: [2, 2],
    args: 'x, y',
    about: 'Remainder `x - y * floor(x / y)`, with the sign of y',
    host: (x, y) => x - y * Math.floor(x / y),
    device: ({ tf, stop }, x, y) => tf.sub(x, tf.mul(y, tf.floor(stop(tf.div(stop(x), stop(y)))))),
    safe: [0, 1],
    latex: { ...infix('\\bmod', product), needs: [product, precedence.negation] },
    torch: pythonCall('torch.remainder'),
  },
]

export const arithmetic = { operators, functions }
