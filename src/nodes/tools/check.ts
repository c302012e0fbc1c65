// Check: compares a number of a value with a bound, and shows the result or a hint.
import { NodeError } from '../../engine/messages/fault.ts'
import type { Value } from '../../engine/plan/slotValues.ts'
import { viewText } from '../../engine/base/viewTexts.ts'
import type { RowsView } from '../../engine/base/view.ts'
import { defineNode, param, slot } from '../define.ts'
import { evaluateMessages } from '../../messages/evaluate.ts'
import { inspectValue } from '../observers/inspect.ts'
import { shortNumber } from '../observers/read.ts'
import { checkRules, quantities, type CheckRuleName, type Quantity } from './checkRules.ts'

const bounds = ['at_most', 'at_least', 'between'] as const

export const check = defineNode({
  type: 'diffusion/Check',
  category: 'tools',
  summary:
    'Compares a number of any value with a bound: its mean, its largest element, or the largest difference to a reference. Shows the result, and a hint if the check fails.',
  aliases: ['assert', 'test'],
  inputs: {
    value: slot.any('Value to check'),
    reference: slot.optional(
      slot.any(
        'If connected, the differences value - reference are checked. One number or as many',
      ),
    ),
  },
  outputs: {
    passed: slot.number('1 if the check passes, else 0'),
    measured: slot.number('The number that was compared with the bound'),
  },
  room: { width: 320, height: 100 },
  params: {
    quantity: param.choice(quantities, 'The number that is compared', {
      mean: 'Mean; a single number is its own mean',
      std: 'Standard deviation',
      rms: 'Root of the mean square',
      smallest: 'Smallest number',
      largest: 'Largest number',
      largest_size: 'Largest absolute value',
      first: 'First number',
      last: 'Last number',
      item: 'The number at the position index',
      late_mean: 'Mean of the last tenth, for a loss at the end of a training',
    }),
    index: param.when('quantity', 'item', param.integer(0, { max: 1e9 }, 'Position, from 0')),
    rule: param.choice(checkRules, 'Comparison', {
      at_most: 'At most the bound',
      at_least: 'At least the bound',
      between: 'From the bound to upper',
      carries: 'The type of the value, or its prediction type, is kind',
    }),
    bound: param.when(
      'rule',
      bounds,
      param.real(0, { min: -1e15, max: 1e15 }, 'Bound of the number'),
    ),
    upper: param.when('rule', 'between', param.real(1, { min: -1e15, max: 1e15 }, 'Upper bound')),
    kind: param.when(
      'rule',
      'carries',
      param.text('v_prediction', 'Type of the value, such as samples, or prediction type'),
    ),
    hint: param.text('', 'Shown if the check fails', true),
  },
  measure: async ({ value, reference }, { rule, kind, hint, ...rest }) => {
    const measured =
      rule === 'carries'
        ? Number(isKind(value, kind))
        : computeQuantity(await readDifferences(value, reference), rest.quantity, rest.index)
    const passed = rule === 'carries' ? measured === 1 : fulfils(measured, { rule, ...rest })
    const described =
      rule === 'carries' ? kind : `${shortNumber(measured)}; ${describeRule({ rule, ...rest })}`
    return {
      numbers: { passed: Number(passed), measured },
      view: checkView(passed, described, passed ? '' : hint),
    }
  },
})

interface Bounds {
  rule: Exclude<CheckRuleName, 'carries'>
  bound: number
  upper: number
}

/** True if a number fulfils the rule. NaN fulfils none. */
const fulfils = (measured: number, { rule, bound, upper }: Bounds): boolean => {
  switch (rule) {
    case 'at_most':
      return measured <= bound
    case 'at_least':
      return measured >= bound
    case 'between':
      return measured >= bound && measured <= upper
    default:
      return rule satisfies never
  }
}

const describeRule = ({ rule, bound, upper }: Bounds): string => {
  switch (rule) {
    case 'at_most':
      return viewText('atMost', shortNumber(bound))
    case 'at_least':
      return viewText('atLeast', shortNumber(bound))
    case 'between':
      return viewText('betweenBounds', shortNumber(bound), shortNumber(upper))
    default:
      return rule satisfies never
  }
}

/** Type of a value, prediction type, or kind of a learned variance. */
function isKind(value: Value, kind: string): boolean {
  const predicts = 'predicts' in value ? value.predicts : undefined
  return [value.type, predicts].includes(kind.trim() as never)
}

async function readDifferences(value: Value, reference: Value | undefined) {
  const { numbers } = await inspectValue(value)
  if (!reference) return numbers
  const { numbers: others } = await inspectValue(reference)
  if (others.length !== 1 && others.length !== numbers.length)
    throw new NodeError({
      slot: 'reference',
      message: evaluateMessages.sameNumbers({ expected: numbers.length, got: others.length }),
      cure: evaluateMessages.connectSameShape(),
    })
  return Float64Array.from(numbers, (each, i) => each - others[others.length === 1 ? 0 : i])
}

/** A number of a list; NaN of an empty one. */
function computeQuantity(numbers: ArrayLike<number>, quantity: Quantity, index: number): number {
  const all = Float64Array.from(numbers)
  const count = all.length
  const mean = (part: Float64Array) => part.reduce((sum, each) => sum + each, 0) / part.length
  switch (quantity) {
    case 'mean':
      return mean(all)
    case 'std': {
      const middle = mean(all)
      return Math.sqrt(mean(all.map((each) => (each - middle) ** 2)))
    }
    case 'rms':
      return Math.sqrt(mean(all.map((each) => each ** 2)))
    case 'smallest':
      return extreme(all, Math.min)
    case 'largest':
      return extreme(all, Math.max)
    case 'largest_size':
      return extreme(all.map(Math.abs), Math.max)
    case 'first':
      return all.at(0) ?? Number.NaN
    case 'last':
      return all.at(-1) ?? Number.NaN
    case 'item':
      return all.at(index) ?? Number.NaN
    case 'late_mean':
      return mean(all.subarray(count - Math.ceil(count / 10)))
    default:
      return quantity satisfies never
  }
}

const extreme = (all: Float64Array, choose: (a: number, b: number) => number): number =>
  all.length ? all.reduce((a, b) => choose(a, b)) : Number.NaN

/** Characters of a hint in one row of the view. */
const ROW_LENGTH = 52

const checkView = (passed: boolean, described: string, hint: string): RowsView => ({
  kind: 'rows',
  rows: [
    [viewText(passed ? 'checkPassed' : 'checkFailed'), described],
    ...wrapWords(hint).map((line): [string, string] => [line, '']),
  ],
})

/** Breaks a text at spaces into lines of limited length. */
function wrapWords(text: string): string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < ROW_LENGTH)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
