// Tools, other loops and layers as Python.
import { getProgram } from '../../../engine/formula/cache.ts'
import { inputNames, usedInputs } from '../../../engine/formula/program.ts'
import { formulaTorch } from '../../../engine/formula/torch.ts'
import type { PredictionType } from '../../../engine/base/values.ts'
import type { ScheduleValue } from '../../../engine/process/values.ts'
import { mapValues } from '../../../engine/base/records.ts'
import type { RunOp } from '../../../engine/plan/op.ts'
import * as layers from '../../../nodes/layers/index.ts'
import type { NodeWriter } from '../nodeWriter.ts'
import { pyCall, pyNumber } from '../python.ts'
import { predictedType, samePrediction, type RefOf } from '../refs.ts'
import { refuse } from '../refusal.ts'
import type { NodeEntries, TorchNode } from '../types.ts'

const constant: TorchNode = {
  known: true,
  write: (node) => node.assign(pyNumber(Number(node.params.value)), { kind: 'scalar' }),
}

/** The schedule of a formula, with its levels as functions of t. */
function formulaSchedule(node: NodeWriter): string {
  const { schedule } = node.known<ScheduleValue>('schedule')
  const T = schedule.kind === 'sigma' ? schedule.sigmaMax : schedule.T
  return `schedule=FormulaSchedule(${node.input('schedule').code}, ${pyNumber(T)})`
}

type LayerName = keyof typeof layers

/** Nodes that describe layers are plain data until ModelOutput creates a network of them. */
const described = mapValues<RunOp, TorchNode>(layers, () => ({ known: true }))

export const layerEntries = {
  ...(described as { [K in Exclude<LayerName, 'modelOutput'>]: TorchNode }),
  classifierOutput: { none: 'unsupported' },
  tokenOutput: { none: 'tokens' },
} satisfies Record<string, TorchNode>

export const toolEntries = {
  numberConstant: constant,
  booleanConstant: constant,
  textConstant: { known: true },
  mix: {
    write(node) {
      const [a, b] = [node.input('a'), node.input('b')]
      const { w } = node.params as { w: number }
      const weight = node.has('weight') ? node.input('weight').code : pyNumber(w)
      const isPlain = a.kind === 'scalar' || a.kind === 'noise'
      const facts = isPlain ? { kind: a.kind } : samePrediction(a)
      node.assign(`${a.code} + ${weight} * (${b.code} - ${a.code})`, facts)
    },
  },
  interpolate: {
    write(node) {
      const { along, count, w } = node.params as { along: string; count: number; w: number }
      const [a, b] = [node.input('a'), node.input('b')]
      const shares =
        count === 1 ? `[${pyNumber(w)}]` : `[i / ${count - 1} for i in range(${count})]`
      const between = along === 'sphere' ? 'slerp' : 'torch.lerp'
      node.assign(
        `torch.stack([${between}(${a.code}, ${b.code}, w) for w in ${shares}], 1).flatten(0, 1)`,
        { kind: a.kind === 'noise' ? 'noise' : 'batch' },
      )
    },
  },
  readNumber: {
    write: (node) => node.assign(`float(${node.input('number').code})`, { kind: 'scalar' }),
  },
  stopGradient: {
    write(node) {
      const [slot] = Object.keys(node.step.inputs)
      const { code, ...facts } = node.input(slot)
      node.assign(`${code}.detach()`, facts)
    },
  },
  formula: {
    write(node) {
      const { expression, output, predicts } = node.params as Record<string, string>
      if (['weights', 'labels'].includes(output)) refuse()
      const program = getProgram(expression)
      const used = usedInputs(program)
      const name = node.variable(`${node.title}_formula`)
      const definitions = formulaTorch(program, name)
        .trim()
        .split(/\n\n\n+/)
      for (const code of definitions) {
        const own = /^def (\w+)/.exec(code)?.[1]
        if (own !== undefined) node.program.formulas.set(own, code)
      }
      const operands = inputNames
        .filter((input) => used.has(input))
        .map((input) => node.input(input))
      const t = node.has('t') ? node.inputOf('t', 'time') : undefined
      const kind = output === 'like a' && node.has('a') ? node.input('a').kind : output
      const isTime = kind === 'time' || kind === 'timestep'
      // Times that stay times have one axis; others have those of their batch.
      const timeCode = ({ code, single }: RefOf<'time'>) =>
        single || isTime ? `${code}.t` : `${code}.t.view_as(${code}.alpha)`
      const schedule = node.has('schedule') ? formulaSchedule(node) : undefined
      const type =
        predicts === undefined || predicts === 'as wired'
          ? predictedType(operands.find(predictedType))
          : (predicts as PredictionType)
      const call = pyCall(
        name,
        ...operands.map((ref) => (ref.kind === 'time' ? timeCode(ref) : ref.code)),
        used.has('t') && t ? timeCode(t) : undefined,
        schedule,
      )
      if (isTime) {
        const single = [...operands, ...(t ? [t] : [])].every(
          (ref) => ref.kind !== 'time' || ref.single,
        )
        node.assign(`Levels(${call}, math.nan, math.nan)`, { kind: 'time', single })
        return
      }
      if (type && kind === 'prediction') node.assign(call, { kind, predicts: type })
      else {
        const isScalar = kind === 'scalar' || kind === 'loss' || kind === 'number'
        node.assign(call, { kind: isScalar ? 'scalar' : 'batch' })
      }
    },
  },
  blur: { none: 'unsupported' },
  concatChannels: {
    write(node) {
      const parts = ['a', 'b', 'c'].flatMap((slot) =>
        node.has(slot) ? [node.input(slot).code] : [],
      )
      node.assign(`torch.cat([${parts.join(', ')}], dim=1)`)
    },
  },
  crop: { none: 'unsupported' },
  flip: {
    write(node) {
      const { axis } = node.params as { axis: 'horizontal' | 'vertical' | 'both' }
      const [slot] = Object.keys(node.step.inputs)
      const ref = node.input(slot)
      const axes = { horizontal: '3', vertical: '2', both: '2, 3' }[axis]
      node.assign(`${ref.code}.flip(${axes})`, samePrediction(ref))
    },
  },
  pad: { none: 'unsupported' },
  resize: { none: 'unsupported' },
  rotate: { none: 'unsupported' },
  shift: { none: 'unsupported' },
  splitChannels: {
    write(node) {
      const { channels } = node.params as { channels: number }
      const { code } = node.input('value')
      if (node.wanted('first')) node.assign(`${code}[:, :${channels}]`, undefined, 'first')
      if (node.wanted('rest')) node.assign(`${code}[:, ${channels}:]`, undefined, 'rest')
    },
  },
  repeatStart: { loop: true },
  repeatEnd: { loop: true },
  forEachStart: { loop: true },
  forEachEnd: { loop: true },
  gradientStart: { none: 'unsupported' },
  gradientEnd: { none: 'unsupported' },
  jvpStart: { none: 'unsupported' },
  jvpEnd: { none: 'unsupported' },
  likelihoodStart: { none: 'likelihood' },
  likelihoodStep: { none: 'likelihood' },
  likelihoodEnd: { none: 'likelihood' },
  bitsPerDim: { none: 'likelihood' },
  dequantize: { none: 'likelihood' },
  kl: { none: 'likelihood' },
  klEstimate: { none: 'likelihood' },
  logDensity: { none: 'likelihood' },
  reparametrize: { none: 'likelihood' },
  reverseProcess: { none: 'likelihood' },
  tokenSamplingStart: { none: 'tokens' },
  tokenSamplingEnd: { none: 'tokens' },
  tokenStep: { none: 'tokens' },
} satisfies NodeEntries
