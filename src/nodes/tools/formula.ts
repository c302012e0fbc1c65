// Formula: computes an expression of its inputs.
import type { MessageText } from '../../engine/base/catalogue.ts'
import { isTapeOn } from '../../engine/gradients/differentiate.ts'
import { getProgram } from '../../engine/formula/cache.ts'
import { canonicalFormula } from '../../engine/formula/canonical.ts'
import { runOnDevice } from '../../engine/formula/device.ts'
import { FormulaError } from '../../engine/formula/error.ts'
import { evaluateProgram, isHost } from '../../engine/formula/evaluate.ts'
import { getFunction } from '../../engine/formula/functions.ts'
import { inputNames, usedInputs, type Program } from '../../engine/formula/program.ts'
import { typeProgram } from '../../engine/formula/typing.ts'
import { formulaMessages } from '../../engine/messages/formula.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type {
  StaticNumber,
  StaticPrediction,
  StaticValues,
  WiredTypes,
} from '../../engine/plan/op.ts'
import type { PredictionType } from '../../engine/base/values.ts'
import type { ScheduleValue, Timestep } from '../../engine/process/values.ts'
import type { Value } from '../../engine/plan/slotValues.ts'
import { formulaNodeMessages } from '../../messages/formulaNode.ts'
import { defineNode, param, slot } from '../define.ts'
import { predictionTypes } from '../model/predicts.ts'
import {
  checkOutput,
  checkTimes,
  operandType,
  operandTypes,
  toOperand,
  toOutput,
  type OperandSlotValue,
  type OperandType,
} from './formulaValues.ts'

const LIKE_A = 'like a'
const AS_WIRED = 'as wired'

const operand = () => slot.grows(slot.oneOf(operandTypes, 'Operand of this name'))

const operands = Object.fromEntries(inputNames.map((name) => [name, operand()])) as Record<
  string,
  ReturnType<typeof operand>
>

export const formula = defineNode({
  type: 'diffusion/Formula',
  category: 'tools',
  summary:
    'Computes an expression of its inputs a to p, element by element, with the noise levels of the schedule at t. Differentiable.',
  aliases: ['math', 'expression', 'lambda', 'equation', 'calculator'],
  inputs: {
    t: slot.optional(slot.timestep('t in the expression; alpha, sigma and snr are those at t')),
    schedule: slot.optional(slot.schedule('Schedule of alpha, sigma, snr, log_snr, time and T')),
    ...operands,
  },
  outputs: { result: slot.chosen('output', 'a', 'Value of the expression') },
  params: {
    expression: param.formula(
      'a',
      'For example a + sigma * b, or w = min(snr, 5) / snr; w * a. The language is described in docs/formula.md',
    ),
    output: param.choice(
      [
        LIKE_A,
        'samples',
        'prediction',
        'noise',
        'number',
        'loss',
        'weights',
        'timestep',
        'labels',
      ] as const,
      'Type of the result. Timesteps, weights and labels can be computed from timesteps, weights, labels and plain numbers only',
    ),
    predicts: param.when(
      'output',
      'prediction',
      param.choice([AS_WIRED, ...predictionTypes] as const, 'Prediction type of the result', {
        [AS_WIRED]: 'That of the predictions in the expression',
        epsilon: 'The noise',
        v_prediction: 'The velocity v',
        sample: 'The clean data',
        flow_prediction: 'The velocity of a flow',
      }),
    ),
  },
  keyParams: ({ expression, ...rest }) => ({
    ...rest,
    expression: canonicalFormula(getProgram(expression)),
  }),
  notices: ({ expression }, wired) => findUnusedInputs(expression, wired),
  check: ({ expression, output, predicts }, known, wired) => {
    const program = getProgram(expression)
    checkWires(program, wired)
    const types = typeProgram(program, (name) => operandType(wired.get(name)))
    const target = output === LIKE_A ? requireLike(wired) : output
    if (target === undefined) return
    const { range } = program.nodes[program.root]
    checkOutput(types[program.root], target, range)
    if (target !== 'prediction') return
    const isWired = [...usedInputs(program)].some((name) => {
      const type = wired.get(name)
      return type === 'prediction' || type === undefined
    })
    if (predicts === AS_WIRED && output === 'prediction' && !isWired)
      throw new NodeError({
        param: 'predicts',
        message: formulaNodeMessages.noPredictionType(),
        cure: formulaNodeMessages.choosePredicts(),
      })
    resolvePredicts(program, { output, predicts }, known as StaticValues)
  },
  staticOutputs: ({ expression, output, predicts }, known) => {
    const program = getProgram(expression)
    const values = known as StaticValues
    if (output === 'timestep' || (output === LIKE_A && values.a?.type === 'timestep'))
      return { result: staticTimes(program, values) } as never
    if (output === 'number' || (output === LIKE_A && values.a?.type === 'number'))
      return { result: staticNumber(program, values) } as never
    const like = findPrediction(program, output, values)
    const type = resolvePredicts(program, { output, predicts }, values)
    if (output !== 'prediction' && like === undefined) return {}
    return type === undefined
      ? {}
      : ({
          result: { type: 'prediction', predicts: type, variance: like?.variance ?? false },
        } as never)
  },
  run: ({ schedule: scheduleValue, ...inputs }, { expression, output, predicts }) => {
    const program = getProgram(expression)
    const values = inputs as Record<string, OperandSlotValue | undefined>
    const root = program.nodes[program.root]
    const type = output === LIKE_A ? requireLikeValue(values.a) : output
    const bare = root.kind === 'input' ? values[root.name] : undefined
    const predictionType =
      type === 'prediction'
        ? resolvePredicts(program, { output, predicts }, values as never)
        : undefined
    if (bare?.type === type && (bare.type !== 'prediction' || bare.predicts === predictionType))
      return { result: bare as Value }
    const result = evaluateProgram(program, {
      inputs: new Map(
        Object.entries(values).flatMap(([name, value]) =>
          value ? [[name, toOperand(value)] as const] : [],
        ),
      ),
      schedule: scheduleValue?.schedule,
      hasTape: isTapeOn(),
      runOnDevice,
    })
    return {
      result: toOutput(result, {
        output: type,
        range: root.range,
        schedule: scheduleValue?.schedule,
        like: findLike(program, output, type, values),
        predicts: predictionType,
      }),
    }
  },
})

// ---- wires

/** Throws FormulaError for a used name that nothing is connected to. */
function checkWires(program: Program, wired: WiredTypes) {
  for (const node of program.nodes) {
    const name = node.kind === 'input' ? node.name : node.kind === 'call' ? node.id : ''
    const needsSchedule =
      name === 'T' || (node.kind === 'call' && getFunction(node.id).kinds === 'schedule')
    if (needsSchedule && !wired.has('schedule'))
      throw new FormulaError(formulaMessages.noSchedule, { name }, node.range)
    if (node.kind === 'input' && name !== 'T' && !wired.has(name))
      throw new FormulaError(formulaMessages.notConnected, { name }, node.range)
  }
}

function requireLike(wired: WiredTypes): OperandType | undefined {
  if (!wired.has('a')) throw likeNothing()
  return wired.get('a') as OperandType | undefined
}

function requireLikeValue(a: OperandSlotValue | undefined): OperandType {
  if (!a) throw likeNothing()
  return a.type
}

const likeNothing = () =>
  new NodeError({
    slot: 'a',
    message: formulaNodeMessages.likeNothing(),
    cure: formulaNodeMessages.connectLike(),
  })

/** Notices about operands that the expression does not use; none if it has errors. */
function findUnusedInputs(expression: string, wired: ReadonlySet<string>): MessageText[] {
  let used: ReadonlySet<string>
  try {
    used = usedInputs(getProgram(expression))
  } catch (error) {
    if (error instanceof FormulaError) return []
    throw error
  }
  return inputNames
    .filter((name) => wired.has(name) && !used.has(name))
    .map((name) => formulaNodeMessages.unusedOperand({ name }))
}

/**
 * The value whose properties the output has: `a`, or the first used one of the type of the output,
 * else the first one with data.
 */
function findLike(
  program: Program,
  output: string,
  type: OperandType,
  values: Readonly<Record<string, OperandSlotValue | undefined>>,
): OperandSlotValue | undefined {
  if (output === LIKE_A) return values.a
  const used = usedInputs(program)
  const batches = inputNames.flatMap((name) => {
    const value = used.has(name) ? values[name] : undefined
    return value && 'space' in value ? [value] : []
  })
  return batches.find((value) => value.type === type) ?? batches[0]
}

// ---- prediction types

type Predictions = Readonly<Record<string, { type: string } | undefined>>

/** The used predictions in the order of their names. */
const usedPredictions = (program: Program, values: Predictions) => {
  const used = usedInputs(program)
  return inputNames.flatMap((name) => {
    const value = used.has(name) ? values[name] : undefined
    return value?.type === 'prediction'
      ? [{ name, predicts: (value as StaticPrediction).predicts }]
      : []
  })
}

/**
 * The prediction type of the result, undefined if it is not known. Throws NodeError if the
 * predictions in the expression have several types and none is chosen.
 */
function resolvePredicts(
  program: Program,
  { output, predicts }: { output: string; predicts: string },
  values: Predictions,
): PredictionType | undefined {
  if (output === 'prediction' && predicts !== AS_WIRED) return predicts as PredictionType
  const all = usedPredictions(program, values)
  const first = output === LIKE_A ? (values.a as StaticPrediction | undefined) : all[0]
  const other = all.find((each) => first && each.predicts !== first.predicts)
  if (!first || !('predicts' in first)) return undefined
  if (!other || (output !== LIKE_A && output !== 'prediction')) return first.predicts
  throw new NodeError({
    slot: other.name,
    message: formulaNodeMessages.predictionTypes({
      first: first.predicts,
      firstName: output === LIKE_A ? 'a' : all[0].name,
      second: other.predicts,
      secondName: other.name,
    }),
    cure: formulaNodeMessages.chooseOnePrediction(),
  })
}

function findPrediction(
  program: Program,
  output: string,
  values: StaticValues,
): StaticPrediction | undefined {
  const name = output === LIKE_A ? 'a' : usedPredictions(program, values)[0]?.name
  const value = name === undefined ? undefined : values[name]
  return value?.type === 'prediction' ? value : undefined
}

// ---- times

/**
 * The timesteps of a result before the run: those of all iterations, so only without reductions.
 */
function staticTimes(program: Program, known: StaticValues): Timestep | undefined {
  const used = [...usedInputs(program)].filter((name) => name !== 'T')
  const times = used.map((name) => known[name])
  if (!times.every((value): value is Timestep => value?.type === 'timestep')) return undefined
  const count = Math.max(1, ...times.map(({ t }) => t.length))
  const isEven = times.every(({ t }) => t.length === 1 || t.length === count)
  const reduces = program.nodes.some(
    (node) => node.kind === 'call' && ['all', 'items'].includes(getFunction(node.id).kinds),
  )
  const scheduleValue = known.schedule as ScheduleValue | undefined
  if (!isEven || reduces || (needsSchedule(program) && !scheduleValue)) return undefined
  const root = program.nodes[program.root]
  if (root.kind === 'input') return known[root.name] as Timestep
  const result = evaluateProgram(program, {
    inputs: new Map(used.map((name, i) => [name, toOperand(times[i])])),
    schedule: scheduleValue?.schedule,
  })
  if (!isHost(result)) return undefined
  checkTimes(result.host, scheduleValue?.schedule, root.range)
  return { type: 'timestep', t: result.host }
}

/** The number of a result whose inputs are all numbers that are known before the run. */
function staticNumber(program: Program, known: StaticValues): StaticNumber | undefined {
  const used = [...usedInputs(program)]
  const numbers = used.map((name) => known[name])
  if (!numbers.every((value): value is StaticNumber => value?.type === 'number')) return undefined
  if (needsSchedule(program)) return undefined
  const result = evaluateProgram(program, {
    inputs: new Map(
      used.map((name, i) => [name, { kind: 'number', host: Float64Array.of(numbers[i].value) }]),
    ),
    schedule: undefined,
  })
  return isHost(result) && result.kind === 'number'
    ? { type: 'number', value: result.host[0] }
    : undefined
}

const needsSchedule = ({ nodes }: Program) =>
  nodes.some((node) =>
    node.kind === 'input'
      ? node.name === 'T'
      : node.kind === 'call' && getFunction(node.id).kinds === 'schedule',
  )
