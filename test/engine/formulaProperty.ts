// Random formulas on tfjs in float64, compared with the reference interpreter.
import '../../scripts/float64.ts'
import fc from 'fast-check'
import { expect } from 'vitest'
import type { Tensor } from '../../src/engine/base/tf.ts'
import { tf } from '../../src/engine/base/tf.ts'
import { runOnDevice } from '../../src/engine/formula/device.ts'
import { evaluateProgram, isHost, type FormulaValue } from '../../src/engine/formula/evaluate.ts'
import { FormulaError } from '../../src/engine/formula/error.ts'
import { parseFormula } from '../../src/engine/formula/parse.ts'
import { typeProgram } from '../../src/engine/formula/typing.ts'
import { differentiate, isTapeOn } from '../../src/engine/gradients/differentiate.ts'
import {
  ELEMENTS,
  evaluateFormula,
  functionNames,
  ITEMS,
  printFormula,
  reductionNames,
  sizes,
  type Formula,
  type Kind,
  type Tree,
  type Values,
  isNearJump,
} from './formulaReference.ts'

/** Inputs on the device, with gradients; and on the CPU. */
const deviceInputs: Record<string, Kind> = { a: 'batch', b: 'batch', c: 'items', d: 'number' }
const hostInputs: Record<string, 'number' | 'items'> = { e: 'number', t: 'items' }

const trees = (names: readonly string[]) =>
  fc.letrec<{ tree: Tree }>((tie) => {
    const call = (op: fc.Arbitrary<string>, count: number) =>
      fc
        .tuple(op, fc.array(tie('tree'), { minLength: count, maxLength: count }))
        .map(([name, args]): Tree => ({ op: name, args }))
    const of = (all: readonly string[]) => fc.constantFrom(...all)
    return {
      tree: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        { weight: 3, arbitrary: of(names).map((name): Tree => ({ op: 'name', name })) },
        {
          weight: 1,
          arbitrary: fc
            .constantFrom(0, 0.5, 1, 2, 3, 1e-3, 0.25)
            .map((value): Tree => ({ op: 'number', value })),
        },
        { weight: 4, arbitrary: call(of(functionNames.operators), 2) },
        { weight: 3, arbitrary: call(of([...functionNames.unary, 'negate', 'not']), 1) },
        { weight: 1, arbitrary: call(of(functionNames.binary), 2) },
        { weight: 3, arbitrary: call(of(functionNames.ternary), 3) },
        {
          weight: 1,
          arbitrary: call(
            of([...reductionNames, ...reductionNames.map((name) => `item_${name}`)]),
            1,
          ),
        },
      ),
    }
  }).tree

const inputNames = [...Object.keys(deviceInputs), ...Object.keys(hostInputs)]

const formulas: fc.Arbitrary<Formula> = fc
  .tuple(trees(inputNames), trees([...inputNames, 'x']), trees([...inputNames, 'x', 'y']))
  .map(([x, y, result]) => ({
    definitions: [
      { name: 'x', tree: x },
      { name: 'y', tree: y },
    ],
    result,
  }))

/** Numbers of which some are 0, negative or equal. */
const element = fc.oneof(
  fc.double({ min: -3, max: 3, noNaN: true }).map((x) => Number(x.toFixed(3))),
  fc.constantFrom(0, 1, -1, 2),
)
const elementsOf = (kind: Kind) =>
  fc.array(element, { minLength: sizes[kind], maxLength: sizes[kind] })

const cases = fc.tuple(
  formulas,
  fc.record({
    a: elementsOf('batch'),
    b: elementsOf('batch'),
    c: elementsOf('items'),
    d: elementsOf('number'),
    e: elementsOf('number'),
    t: elementsOf('items'),
  }),
)

type Numbers = Record<string, number[]>

const shapes: Record<Kind, number[]> = { number: [], items: [ITEMS], batch: [ITEMS, ELEMENTS] }

/** Kind, elements and gradient of the sum of a formula; undefined if the engine refuses it. */
function compute(text: string, numbers: Numbers) {
  const program = parseFormula(text)
  typeProgram(program, (name) => {
    const kind = deviceInputs[name] ?? hostInputs[name]
    return { least: kind, most: kind, host: name in hostInputs ? 'yes' : 'no' }
  })
  const names = Object.keys(deviceInputs)
  const tensors = names.map((name) => tf.tensor(numbers[name], shapes[deviceInputs[name]]))
  const hosts = Object.entries(hostInputs).map(
    ([name, kind]) => [name, { kind, host: Float64Array.from(numbers[name]) }] as const,
  )
  let kind: Kind = 'number'
  let elements: number[] = []
  const evaluate = (): Tensor => {
    const found = evaluateProgram(program, {
      inputs: new Map<string, FormulaValue>([
        ...hosts,
        ...names.map(
          (name, i) => [name, { kind: deviceInputs[name], tensor: tensors[i] }] as const,
        ),
      ]),
      schedule: undefined,
      hasTape: isTapeOn(),
      runOnDevice,
    })
    kind = found.kind
    elements = [...(isHost(found) ? found.host : found.tensor.dataSync())]
    return isHost(found) ? tf.scalar(0) : tf.sum(found.tensor)
  }
  tf.dispose(tf.tidy(evaluate))
  const untaped = elements
  const { value, grads } = differentiate(evaluate, tensors)
  const gradient = grads.flatMap((grad, i) =>
    grad ? [...grad.dataSync()] : new Array<number>(tensors[i].size).fill(0),
  )
  tf.dispose([value, ...tensors, ...grads.filter((grad) => grad instanceof tf.Tensor)])
  return { kind, elements, untaped, gradient }
}

function reference(formula: Formula, numbers: Numbers): Values {
  const count = Object.values(deviceInputs).reduce((sum, kind) => sum + sizes[kind], 0)
  let slope = 0
  const inputs = Object.entries({ ...deviceInputs, ...hostInputs }).map(([name, kind]) => {
    const elements = numbers[name].map((value) => {
      const slopes = new Float64Array(count)
      if (name in deviceInputs) slopes[slope++] = 1
      return { value, slopes }
    })
    return [name, { kind, elements }] as const
  })
  return evaluateFormula(formula, new Map(inputs), count)
}

/** What a comparison found, for the statistics of the test. */
type Outcome = 'equal' | 'refused' | 'infinite' | 'value only' | 'near a jump'

const isClose = (a: number, b: number, size: number) => Math.abs(a - b) <= 1e-7 * (1 + size)

/** Compares one case with the reference. */
function compareCase([formula, numbers]: [Formula, Numbers]): Outcome {
  const text = printFormula(formula)
  let found: ReturnType<typeof compute>
  try {
    found = compute(text, numbers)
  } catch (error) {
    // Constants such as 1 / 0, and formulas that are too long.
    if (error instanceof FormulaError) return 'refused'
    throw error
  }
  const expected = reference(formula, numbers)
  expect(found.kind, text).toBe(expected.kind)
  const values = expected.elements.map(({ value }) => value)
  if (!values.every((value) => Number.isFinite(value) && Math.abs(value) < 1e9)) return 'infinite'
  const context = `${text} at ${JSON.stringify(numbers)}`
  const isSame = [found.elements, found.untaped].every((elements) =>
    values.every((value, i) => isClose(elements[i], value, Math.abs(value))),
  )
  // A comparison of 1 with a mean of ones depends on the rounding of the mean.
  if (!isSame && isNearJump()) return 'near a jump'
  values.forEach((value, i) => {
    expect(
      isClose(found.elements[i], value, Math.abs(value)),
      `${context}: ${found.elements[i]} is not ${value}`,
    ).toBe(true)
  })
  expect(found.untaped.map((value, i) => isClose(value, values[i], Math.abs(value)))).not.toContain(
    false,
  )
  const slopes = expected.elements.reduce(
    (sum, { slopes }) => sum.map((slope, i) => slope + slopes[i]),
    new Float64Array(found.gradient.length),
  )
  const isRegular = slopes.every((slope) => Number.isFinite(slope) && Math.abs(slope) < 1e9)
  if (!isRegular || expected.elements.some(({ singular }) => singular)) return 'value only'
  const hasSlopes = slopes.every((slope, i) => isClose(found.gradient[i], slope, Math.abs(slope)))
  if (!hasSlopes && isNearJump()) return 'near a jump'
  slopes.forEach((slope, i) => {
    expect(
      isClose(found.gradient[i], slope, Math.abs(slope)),
      `gradient ${i} of ${context}: ${found.gradient[i]} is not ${slope}`,
    ).toBe(true)
  })
  return 'equal'
}

/** Compares random formulas with the reference; most of them have to be comparable. */
export function compareRandomFormulas(numRuns: number) {
  const outcomes = new Map<Outcome, number>()
  fc.assert(
    fc.property(cases, (each) => {
      const outcome = compareCase(each)
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    }),
    { numRuns },
  )
  expect(outcomes.get('equal')).toBeGreaterThan(numRuns / 2)
  expect(outcomes.get('near a jump') ?? 0).toBeLessThan(1 + numRuns / 50)
}
