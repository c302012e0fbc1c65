// Losses, optimizers and averages as Python.
import type { PredictionType } from '../../../engine/base/values.ts'
import { torchMessages } from '../../../messages/torch.ts'
import { pyNumber } from '../python.ts'
import type { NodeWriter } from '../nodeWriter.ts'
import { predictedType } from '../refs.ts'
import { refuse } from '../refusal.ts'
import type { NodeEntries, TorchNode } from '../types.ts'
import { levelsCode } from './process.ts'

type ErrorParams = {
  kind: 'mse' | 'l1' | 'huber' | 'pseudo_huber'
  delta: number
  c: number
}

/** The error of a prediction: its mean, or each element. */
function errorCode({ kind, delta, c }: ErrorParams, a: string, b: string, mean: boolean): string {
  const each = mean ? '' : ', reduction="none"'
  switch (kind) {
    case 'mse':
      return `F.mse_loss(${a}, ${b}${each})`
    case 'l1':
      return `F.l1_loss(${a}, ${b}${each})`
    case 'huber':
      return `F.huber_loss(${a}, ${b}${each}, delta=${pyNumber(delta)})`
    case 'pseudo_huber': {
      const error = `torch.sqrt((${a} - ${b}) ** 2 + ${pyNumber(c)} ** 2) - ${pyNumber(c)}`
      return mean ? `(${error}).mean()` : `(${error})`
    }
  }
}

type WeightParams = {
  gamma: number
  sigma_data: number
  p2_gamma: number
  p2_k: number
}

/** Weights on the error of x_0 times sigma squared, as in engine/losses/weights.ts. */
const weightings: Record<string, (A: string, S: string, params: WeightParams) => string> = {
  min_snr: (A, S, { gamma }) => `torch.minimum(${A}, ${pyNumber(gamma)} * ${S})`,
  soft_min_snr: (A, S, { sigma_data: d }) => `${A} * ${S} / (${S} + ${pyNumber(d)} ** 2 * ${A})`,
  snr: (A) => A,
  snr_plus_1: (A, S) => `(${A} + ${S})`,
  truncated_snr: (A, S) => `torch.maximum(${A}, ${S})`,
  p2: (A, S, { p2_gamma, p2_k }) =>
    `${A} * (${S} / (${pyNumber(p2_k)} * ${S} + ${A})) ** ${pyNumber(p2_gamma)}`,
  edm: (A, S, { sigma_data: d }) => `(${S} + ${pyNumber(d)} ** 2 * ${A}) / ${pyNumber(d)} ** 2`,
  sigma_sqrt: (A, S) => `(${A}.sqrt() + ${S}.sqrt()) ** 2`,
  cosmap: (A, S) => `2 * ${S} * (${A}.sqrt() + ${S}.sqrt()) ** 2 / (math.pi * (${A} + ${S}))`,
}

const perError: { [K in PredictionType]: (t: string) => string } = {
  epsilon: (t) => `${t}.alpha ** 2`,
  sample: (t) => `${t}.sigma ** 2`,
  v_prediction: (t) => `(${t}.alpha ** 2 + ${t}.sigma ** 2) ** 2`,
  flow_prediction: (t) => `(${t}.alpha + ${t}.sigma) ** 2`,
}

function writeLoss(node: NodeWriter) {
  const { weighting } = node.params as { weighting: string }
  const [a, b] = [node.input('prediction'), node.input('target')]
  const errors = node.params as ErrorParams
  if (node.has('weights') || node.wanted('losses')) refuse(torchMessages.itemWeights())
  if (weighting === 'uniform') {
    node.assign(errorCode(errors, a.code, b.code, true), { kind: 'scalar' }, 'loss')
    return
  }
  const predicts = predictedType(a) ?? predictedType(b) ?? refuse()
  const t = levelsCode(node, 't', 'prediction')
  const weight = node.variable('weight')
  const params = node.params as WeightParams
  const numerator = weightings[weighting](`${t}.alpha**2`, `${t}.sigma**2`, params)
  node.line(`${weight} = ${numerator} / (${perError[predicts](t)})`)
  node.assign(
    `(${weight} * ${errorCode(errors, a.code, b.code, false)}).mean()`,
    { kind: 'scalar' },
    'loss',
  )
}

const setting: TorchNode = { known: true }

export const trainingEntries = {
  loss: { write: writeLoss },
  optimizer: setting,
  ema: setting,
  trainingStart: { loop: true },
  trainingEnd: { loop: true },
  crossEntropy: {
    write(node) {
      const [logits, labels] = [node.input('logits').code, node.input('labels').code]
      node.assign(`F.cross_entropy(${logits}, ${labels}, ignore_index=-1)`, { kind: 'scalar' })
    },
  },
  driftField: { none: 'unsupported' },
  klLoss: { none: 'unsupported' },
  reconstructionLoss: { none: 'unsupported' },
  tokenLoss: { none: 'tokens' },
  hybridLoss: { none: 'unsupported' },
  vlbLoss: { none: 'likelihood' },
} satisfies NodeEntries
