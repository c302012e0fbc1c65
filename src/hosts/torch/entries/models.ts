// Networks, wrappers around them and their predictions as Python.
import type { Model } from '../../../engine/models/model.ts'
import type { ScheduleValue } from '../../../engine/process/values.ts'
import type { StoredFile } from '../../../engine/plan/op.ts'
import { torchMessages } from '../../../messages/torch.ts'
import { eightCenters } from '../../../engine/datasets/points.ts'
import { pyCall, pyList, pyNumber, pyOption, pyString } from '../python.ts'
import { scheduleCode } from './process.ts'
import type { NodeWriter } from '../nodeWriter.ts'
import { samePrediction, spaceOf, type ConditionPart, type Ref, type RefOf } from '../refs.ts'
import { refuse } from '../refusal.ts'
import type { NodeEntries, TorchNode } from '../types.ts'

/** Arguments of a network for the condition of a node. */
export function conditionArguments(node: NodeWriter, slot = 'condition'): string[] {
  if (!node.has(slot)) return []
  return conditionParts(node.input(slot)).map(([name, code]) => `${name}=${code}`)
}

const conditionParts = (ref: Ref): readonly ConditionPart[] =>
  ref.kind === 'conditions' ? ref.parts : [['classes', ref.code]]

/** A call of a model. `single`: the level has numbers for all items. */
export function callModel(
  model: RefOf<'model'>,
  x: string,
  t: string,
  condition: readonly string[],
  single: boolean,
): string {
  const time = model.takesLevel ? t : single ? `times(${t}, ${x})` : `${t}.t`
  return pyCall(model.code, x, time, ...condition)
}

const network: TorchNode = {
  known: true,
  write: (node) => node.network(),
}

/** Layers are plain data until an output node creates a model of them. */
const layer: TorchNode = { known: true }

export const modelEntries = {
  mlp: network,
  unet: network,
  dit: network,
  jit: network,
  modelOutput: network,
  attention: layer,
  predict: {
    write(node) {
      const model = node.inputOf('model', 'model')
      const [x, t] = [node.input('x_t'), node.inputOf('t', 'time')]
      const call = callModel(model, x.code, t.code, conditionArguments(node), t.single)
      const { predicts, variance: kind } = model
      const facts = { kind: 'prediction', predicts, space: spaceOf(x) } as const
      if (!kind) {
        node.assign(call, facts)
        return
      }
      const variance = node.variable(`${node.title}_variance`)
      const { code } = node.assign(call, { ...facts, variance: { code: variance, kind } })
      node.line(`${code}, ${variance} = ${code}.chunk(2, dim=1)`)
    },
  },
  loadCheckpoint: {
    known: true,
    write(node) {
      const name = node.program.checkpointFile((node.params.checkpoint as StoredFile).sha256)
      if (node.wanted('training')) refuse(torchMessages.loadTraining())
      if (node.wanted('model')) {
        if (node.value<Model>('model').kind === 'precondition') refuse()
        node.network(name)
      }
      if (!node.wanted('schedule')) return
      const { schedule } = node.value<ScheduleValue>('schedule')
      node.assign(scheduleCode(schedule), { kind: 'schedule' }, 'schedule')
    },
  },
  precondition: {
    known: true,
    write(node) {
      const { preconditioning, sigma_data, sigma_min } = node.params as Record<string, string> &
        Record<string, number>
      if (preconditioning === 'iddpm') refuse()
      const model = node.inputOf('model', 'model')
      const wrap = (inner: string) =>
        pyCall(
          'functools.partial',
          'preconditioned',
          inner,
          pyOption('kind', String(preconditioning), 'edm', pyString),
          pyOption('sigma_data', Number(sigma_data ?? 0.5), 0.5, pyNumber),
          pyOption('sigma_min', Number(sigma_min ?? 0.002), 0.002, pyNumber),
        )
      node.assign(wrap(model.code), {
        kind: 'model',
        predicts: 'sample',
        variance: node.value<Model>('model').variance,
        takesLevel: true,
        trained: model.code,
        wrap,
      })
    },
  },
  guidedModel: {
    write(node) {
      const { scale, rescale, t_low, t_high } = node.params as Record<string, number>
      const model = node.inputOf('model', 'model')
      const leveled = ({ code, takesLevel }: RefOf<'model'>) =>
        takesLevel ? code : `lambda x, t, **given: ${code}(x, times(t, x), **given)`
      node.assign(
        pyCall(
          'functools.partial',
          'guided',
          leveled(model),
          `scale=${pyNumber(scale)}`,
          pyOption('low', t_low, 0, pyNumber),
          pyOption('high', t_high, 1e6, pyNumber),
          pyOption('rescale', rescale, 0, pyNumber),
          node.has('worse') ? `worse=${leveled(node.inputOf('worse', 'model'))}` : undefined,
        ),
        { kind: 'model', predicts: model.predicts, takesLevel: true },
      )
    },
  },
  exactModel: {
    known: true,
    write(node) {
      const { mixture, std, predicts, dim } = node.params as Record<string, string> &
        Record<string, number>
      const data = mixture === 'dataset' ? node.inputOf('dataset', 'dataset') : undefined
      const centers =
        data !== undefined
          ? `${data.code}.to(device)`
          : mixture === 'gaussian'
            ? `torch.zeros(1, ${dim}, device=device)`
            : `torch.tensor(${pyList([...eightCenters()])}, device=device).view(8, 2)`
      const labels = data ? data.labels : `torch.arange(8)`
      const model = node.value<Model>('model')
      const hasLabels = mixture === 'eight_gaussians' || data?.labels !== undefined
      node.assign(
        pyCall(
          'functools.partial',
          'exact_model',
          centers,
          pyOption('std', Number(std), 0, pyNumber),
          pyOption('predicts', String(predicts), 'epsilon', pyString),
          hasLabels ? `labels=${labels}.to(device)` : undefined,
        ),
        { kind: 'model', predicts: model.predicts, variance: model.variance, takesLevel: true },
      )
    },
  },
  guidance: {
    write(node) {
      const { scale, rescale, t_low, t_high } = node.params as Record<string, number>
      if (node.has('t') && (t_low > 0 || t_high < 1e6)) refuse()
      const [c, u] = [node.input('conditional'), node.input('unconditional')]
      const result = `${u.code} + ${pyNumber(scale)} * (${c.code} - ${u.code})`
      const code = rescale > 0 ? `rescaled(${result}, ${c.code}, ${pyNumber(rescale)})` : result
      node.assign(code, samePrediction(c))
    },
  },
  averagedModel: {
    write(node) {
      const { average, learner } = node.params as Record<string, number>
      const code = node.inputOf('training', 'training').averages[average - 1]
      if (code === undefined || (learner ?? 1) > 1) refuse()
      const { trained, wrap: _, ...model } = node.inputOf('model', 'model')
      node.name({ ...model, code, ...(trained !== undefined && { trained: code }) }, 'model')
    },
  },
  attentionMaps: { view: true },
  featureMaps: { view: true },
  modelSummary: { view: true },
  activationStorage: {
    known: true,
    write: (node) => void node.name(node.input('model'), 'model'),
  },
  autoencoder: { none: 'unsupported' },
  classGradient: { none: 'unsupported' },
  classifier: { none: 'unsupported' },
  classifierGuidance: { none: 'unsupported' },
  classifierGuidedModel: { none: 'unsupported' },
  classify: { none: 'unsupported' },
  decode: { none: 'unsupported' },
  encode: { none: 'unsupported' },
  gaussian: { none: 'unsupported' },
  joinConditions: {
    write(node) {
      const parts = node.many('condition').flatMap(conditionParts)
      const channels = node.many('channels').map(({ code }) => code)
      if (channels.length > 0)
        parts.push([
          'channels',
          channels.length === 1 ? channels[0] : `torch.cat([${channels.join(', ')}], dim=1)`,
        ])
      node.name({ kind: 'conditions', code: parts[0][1], parts })
    },
  },
  labelTokens: { none: 'unsupported' },
  latentScale: { none: 'unsupported' },
  pixelTokens: { none: 'unsupported' },
  predictTokens: { none: 'tokens' },
  projectedGuidance: { none: 'unsupported' },
  prompt: { none: 'tokens' },
  loadVocabulary: { none: 'tokens' },
  postHocEma: { none: 'unsupported' },
} satisfies NodeEntries
