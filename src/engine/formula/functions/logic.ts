// Comparisons, logical operators and selection. Truth is a number: 0 is false, all else is true.
import type { Elementwise } from '../functionTypes.ts'
import { infix, precedence, pythonComparison, pythonTensor } from '../notation.ts'
import type { DeviceMath } from '../functionTypes.ts'
import type { Tensor } from '../../base/tf.ts'

type Compare = (math: DeviceMath, x: Tensor, y: Tensor) => Tensor

const comparison = (
  id: string,
  written: string,
  about: string,
  host: (x: number, y: number) => boolean,
  compare: Compare,
  latex: string,
): Elementwise => ({
  kinds: 'elementwise',
  id,
  written,
  arity: [2, 2],
  args: 'x, y',
  about: `1 if ${about}, else 0. Without gradient`,
  host: (x, y) => Number(host(x, y)),
  device: (math, x, y) => math.tf.cast(compare(math, math.stop(x), math.stop(y)), 'float32'),
  constant: true,
  latex: { ...infix(latex, precedence.comparison), needs: [precedence.sum, precedence.sum] },
  torch: pythonComparison(written),
})

/** Truth of numbers as booleans. */
const isTrue = ({ tf, stop }: DeviceMath, x: Tensor) => tf.notEqual(stop(x), 0)

const pythonLogic = (name: string) => ({
  print: (...args: string[]) =>
    `as_number(${name}(${args.map((arg) => `${pythonTensor(arg)} != 0`).join(', ')}))`,
})

const operators: readonly Elementwise[] = [
  comparison(
    'less',
    '<',
    'x < y',
    (x, y) => x < y,
    ({ tf }, x, y) => tf.less(x, y),
    '<',
  ),
  comparison(
    'lessEqual',
    '<=',
    'x ≤ y',
    (x, y) => x <= y,
    ({ tf }, x, y) => tf.lessEqual(x, y),
    '\\le',
  ),
  comparison(
    'greater',
    '>',
    'x > y',
    (x, y) => x > y,
    ({ tf }, x, y) => tf.greater(x, y),
    '>',
  ),
  comparison(
    'greaterEqual',
    '>=',
    'x ≥ y',
    (x, y) => x >= y,
    ({ tf }, x, y) => tf.greaterEqual(x, y),
    '\\ge',
  ),
  comparison(
    'equal',
    '==',
    'x = y',
    (x, y) => x === y,
    ({ tf }, x, y) => tf.equal(x, y),
    '=',
  ),
  comparison(
    'notEqual',
    '!=',
    'x ≠ y',
    (x, y) => x !== y,
    ({ tf }, x, y) => tf.notEqual(x, y),
    '\\ne',
  ),
  {
    kinds: 'elementwise',
    id: 'not',
    written: 'not',
    arity: [1, 1],
    args: 'x',
    about: '1 if x is 0, else 0. Without gradient',
    host: (x) => Number(x === 0),
    device: ({ tf, stop }, x) => tf.cast(tf.equal(stop(x), 0), 'float32'),
    constant: true,
    latex: {
      binds: precedence.not,
      needs: [precedence.not],
      print: (x) => `\\lnot ${x}`,
    },
    torch: pythonLogic('torch.logical_not'),
  },
  {
    kinds: 'elementwise',
    id: 'and',
    written: 'and',
    arity: [2, 2],
    args: 'x, y',
    about: '1 if neither is 0, else 0. Without gradient',
    host: (x, y) => Number(x !== 0 && y !== 0),
    device: (math, x, y) =>
      math.tf.cast(math.tf.logicalAnd(isTrue(math, x), isTrue(math, y)), 'float32'),
    constant: true,
    latex: infix('\\land', precedence.and),
    torch: pythonLogic('torch.logical_and'),
  },
  {
    kinds: 'elementwise',
    id: 'or',
    written: 'or',
    arity: [2, 2],
    args: 'x, y',
    about: '1 unless both are 0. Without gradient',
    host: (x, y) => Number(x !== 0 || y !== 0),
    device: (math, x, y) =>
      math.tf.cast(math.tf.logicalOr(isTrue(math, x), isTrue(math, y)), 'float32'),
    constant: true,
    latex: infix('\\lor', precedence.or),
    torch: pythonLogic('torch.logical_or'),
  },
]

const selection = (written: string, about: string): Elementwise => ({
  kinds: 'elementwise',
  id: 'if',
  written,
  arity: [3, 3],
  args: 'c, x, y',
  about,
  host: (c, x, y) => (c === 0 ? y : x),
  device: (math, c, x, y) => math.tf.where(isTrue(math, c), x, y),
  // \cr instead of \\, at which the panel breaks lines.
  latex: {
    print: (c, x, y) =>
      `\\begin{cases} ${x} & \\text{if } ${c} \\cr ${y} & \\text{otherwise} \\end{cases}`,
  },
  torch: {
    print: (c, x, y) =>
      `torch.where(${pythonTensor(c)} != 0, ${pythonTensor(x)}, ${pythonTensor(y)})`,
  },
})

const functions: readonly Elementwise[] = [
  selection(
    'if',
    'x where the condition c is true, y elsewhere. The branch that is not taken contributes neither to the value nor to the gradient',
  ),
  selection('where', 'Same as `if`'),
]

export const logic = { operators, functions }
