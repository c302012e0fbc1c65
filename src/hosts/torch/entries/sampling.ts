// Steps of samplers as Python.
import type { Terms } from '../../../engine/samplers/exponential.ts'
import type { ScheduleValue } from '../../../engine/process/values.ts'
import { torchMessages } from '../../../messages/torch.ts'
import { pyCall, pyNumber, pyOption, pyString } from '../python.ts'
import type { NodeWriter } from '../nodeWriter.ts'
import { batchLike, spaceOf } from '../refs.ts'
import { refuse } from '../refusal.ts'
import type { NodeEntries } from '../types.ts'
import { callModel, conditionArguments } from './models.ts'
import { levelsCode, noiseLike } from './process.ts'

/** Arguments that all steps have: x_t, the prediction, both levels, its type, and the clipping. */
function stepArguments(node: NodeWriter): string[] {
  const { code, predicts } = node.inputOf('prediction', 'prediction')
  return [node.input('x_t').code, code, ...levelArguments(node), pyString(predicts)]
}

const levelArguments = (node: NodeWriter) => [levelsCode(node, 't'), levelsCode(node, 't_prev')]

/** The argument `clip`; undefined for no clipping. */
function clipArgument(node: NodeWriter): string | undefined {
  const { clip, clip_range, threshold_quantile, threshold_max } = node.params as {
    clip: string
    clip_range: number
    threshold_quantile: number
    threshold_max: number
  }
  if (clip === 'dynamic')
    return `clip=lambda x: clip_dynamically(x, ${pyNumber(threshold_quantile)}, ${pyNumber(threshold_max)})`
  const clips = clip === 'on' || (clip === 'auto' && spaceOf(node.input('x_t')) === 'image')
  return clips
    ? `clip=lambda x: x.clamp(${pyNumber(-clip_range)}, ${pyNumber(clip_range)})`
    : undefined
}

/** Fresh noise, or that of a wire. */
const noiseCode = (node: NodeWriter) =>
  node.has('noise') ? node.input('noise').code : noiseLike(node.input('x_t'), node.draw())

function step(node: NodeWriter, name: string, ...args: (string | undefined)[]) {
  node.assign(pyCall(name, ...args), batchLike(node.input('x_t')))
}

/** The memory of a multistep solver, before the loop. */
function memory(node: NodeWriter, value: '[]' | '{}'): string {
  const name = node.variable(value === '[]' ? 'history' : 'memory')
  node.line(`${name} = ${value}`, 'before')
  return name
}

function refuseChurn(node: NodeWriter) {
  if ((node.params.s_churn as number) > 0) refuse(torchMessages.churn())
}

const algorithms: Record<string, { terms: Terms; eta: number }> = {
  'dpmsolver++': { terms: 'data', eta: 0 },
  dpmsolver: { terms: 'noise', eta: 0 },
  'sde-dpmsolver++': { terms: 'data', eta: 1 },
  'sde-dpmsolver': { terms: 'noise', eta: 1 },
}

/** The order of a solver: lower in the last steps of a short list. */
function orderCode(node: NodeWriter, order: number, lowers: boolean, short: boolean): string {
  const { count, index } = node.place
  if (!lowers || count === undefined || (short && count >= 15)) return String(order)
  return `min(${order}, ${count} - ${index})`
}

export const samplingEntries = {
  ddimStep: {
    write(node) {
      const { eta, rederive } = node.params as { eta: number; rederive: boolean }
      const clip = clipArgument(node)
      if (clip !== undefined && !rederive) refuse(torchMessages.rederive())
      const noise = eta > 0 ? `noise=${noiseCode(node)}` : undefined
      step(
        node,
        'ddim_step',
        ...stepArguments(node),
        clip,
        pyOption('eta', eta, 0, pyNumber),
        noise,
      )
    },
  },
  eulerStep: {
    write(node) {
      refuseChurn(node)
      step(node, 'ddim_step', ...stepArguments(node), clipArgument(node))
    },
  },
  ddpmStep: {
    write(node) {
      const { variance } = node.params as { variance: string }
      const learned = node.inputOf('prediction', 'prediction').variance
      if (variance === 'learned' && !learned) refuse()
      const [t, s] = levelArguments(node)
      step(
        node,
        'ddpm_step',
        ...stepArguments(node),
        noiseCode(node),
        clipArgument(node),
        pyOption('large', variance === 'fixed_large', false, () => 'True'),
        variance === 'learned' && learned
          ? `log_variance=learned_log_variance(${learned.code}, ${t}, ${s}, ${pyString(learned.kind)})`
          : undefined,
      )
    },
  },
  heunStep: {
    write(node) {
      refuseChurn(node)
      const model = node.inputOf('model', 'model')
      const { kind } = node.known<ScheduleValue>('schedule').schedule
      const call = callModel(model, 'x', 't', conditionArguments(node), true)
      step(
        node,
        'heun_step',
        node.input('x_t').code,
        `lambda x, t: ${call}`,
        ...levelArguments(node),
        pyString(model.predicts),
        clipArgument(node),
        pyOption('flow', kind === 'flow', false, () => 'True'),
      )
    },
  },
  dpmSolverStep: {
    write(node) {
      const { algorithm_type, solver_order, solver_type, lower_order_final, euler_at_final } =
        node.params as Record<string, string> & Record<string, never>
      const { terms, eta } = algorithms[algorithm_type]
      const { count, index } = node.place
      const plain = orderCode(node, Number(solver_order), Boolean(lower_order_final), true)
      const order =
        euler_at_final && count !== undefined
          ? `1 if ${index} == ${count} - 1 else ${plain}`
          : plain
      step(
        node,
        'multistep',
        ...stepArguments(node),
        memory(node, '[]'),
        clipArgument(node),
        pyOption('order', order, '2'),
        pyOption('kind', String(solver_type), 'midpoint', pyString),
        pyOption('terms', terms, 'data', pyString),
        ...(eta > 0 ? ['eta=1', `noise=${noiseCode(node)}`] : []),
      )
    },
  },
  unipcStep: {
    write(node) {
      const { solver_order, solver_type, predict_x0, disable_corrector, lower_order_final } =
        node.params as Record<string, string> & Record<string, never>
      step(
        node,
        'unipc_step',
        ...stepArguments(node),
        memory(node, '{}'),
        clipArgument(node),
        pyOption(
          'order',
          orderCode(node, Number(solver_order), Boolean(lower_order_final), false),
          '2',
        ),
        pyOption('kind', String(solver_type), 'bh2', pyString),
        pyOption('terms', predict_x0 ? 'data' : 'noise', 'data', pyString),
        pyOption('uncorrected', Number(disable_corrector), 0),
      )
    },
  },
  lcmStep: {
    write(node) {
      const { sigma_data, timestep_scaling } = node.params as Record<string, number>
      step(
        node,
        'lcm_step',
        ...stepArguments(node),
        noiseCode(node),
        clipArgument(node),
        pyOption('sigma_data', sigma_data, 0.5, pyNumber),
        pyOption('scaling', timestep_scaling, 10, pyNumber),
      )
    },
  },
  consistencyStep: {
    write(node) {
      const { sigma_min } = node.params as Record<string, number>
      step(
        node,
        'consistency_step',
        ...stepArguments(node),
        noiseCode(node),
        clipArgument(node),
        pyOption('sigma_min', sigma_min, 0, pyNumber),
      )
    },
  },
  deisStep: { none: 'unsupported' },
  dpmFastStep: { none: 'unsupported' },
  dpmpp2sAncestralStep: { none: 'unsupported' },
  dpmpp2mSdeStep: { none: 'unsupported' },
  dpmpp3mSdeStep: { none: 'unsupported' },
  dpmppSdeStep: { none: 'unsupported' },
  dpmSolverSinglestepStep: { none: 'unsupported' },
  eulerAncestralStep: { none: 'unsupported' },
  eulerChurnStep: { none: 'unsupported' },
  gradientEstimationStep: { none: 'unsupported' },
  kdpm2AncestralStep: { none: 'unsupported' },
  kdpm2Step: { none: 'unsupported' },
  lmsStep: { none: 'unsupported' },
  ipndmStep: { none: 'unsupported' },
  pndmStep: { none: 'unsupported' },
  repaintStep: { none: 'unsupported' },
  reverseDiffusionStep: { none: 'unsupported' },
  saSolverStep: { none: 'unsupported' },
  tcdStep: { none: 'unsupported' },
  langevinStep: { none: 'unsupported' },
  dpmAdaptiveStep: { none: 'unsupported' },
  // A closed Sampler is written as the loop that it stands for.
  sampler: { loop: true },
  samplingStart: { loop: true },
  samplingEnd: { loop: true },
  adaptiveSampler: { none: 'unsupported' },
  adaptiveStart: { none: 'unsupported' },
  adaptiveEnd: { none: 'unsupported' },
} satisfies NodeEntries
