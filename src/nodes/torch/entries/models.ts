// Networks, wrappers around them and their predictions as Python.
import type { LearnedVariance, Model, ScheduleValue } from '../../../engine/base/values.ts'
import type { StoredFile } from '../../../engine/plan/op.ts'
import { torchMessages } from '../../messages/torch.ts'
import { eightCenters } from '../../../engine/datasets/points.ts'
import { pyCall, pyList, pyNumber, pyOption, pyString } from '../python.ts'
import { scheduleCode } from './process.ts'
import type { NodeEntries, NodeWriter, Ref, TorchNode } from '../types.ts'

/** Arguments of a network for the condition of a node. */
export function conditionArguments(node: NodeWriter, slot = 'condition'): string[] {
  if (!node.has(slot)) return []
  const { code, condition = 'classes', conditions = [[condition, code]] } = node.input(slot)
  return conditions.map(([name, value]) => `${name}=${value}`)
}

/** A call of a model. `single`: the level has numbers for all items. */
export function callModel(
  node: NodeWriter,
  model: Ref,
  x: string,
  t: string,
  condition: readonly string[],
  single: boolean,
): string {
  if (node.has('condition') && model.known && !takesCondition(model.known as Model))
    node.reject(torchMessages.unsupported())
  const time = model.takesLevel ? t : single ? `times(${t}, ${x})` : `${t}.t`
  return pyCall(model.code, x, time, ...condition)
}

/** Models of data have no arguments for conditions. */
const takesCondition = ({ kind }: Model) => kind !== 'gaussian'

const network: TorchNode = {
  known: true,
  write: (node) => void node.models.network(node, node.value('model'), 'model'),
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
      const model = node.input('model')
      const [x, t] = [node.input('x_t'), node.input('t')]
      const call = callModel(
        node,
        model,
        x.code,
        t.code,
        conditionArguments(node),
        t.single === true,
      )
      const predicts = model.predicts ?? node.reject(torchMessages.unsupported())
      const facts = { predicts, ...(x.space && { space: x.space }) }
      const kind = (model.known as Model | undefined)?.variance as
        | LearnedVariance['kind']
        | undefined
      if (!kind) {
        node.assign(call, facts)
        return
      }
      const variance = node.variable(`${node.title}_variance`)
      node.assign(call, { ...facts, variance: { code: variance, kind } })
      const { code } = node.named('prediction')
      node.line(`${code}, ${variance} = ${code}.chunk(2, dim=1)`)
    },
  },
  loadCheckpoint: {
    known: true,
    write(node) {
      const name = node.checkpoint((node.params.checkpoint as StoredFile).sha256)
      if (node.wanted('training')) node.reject(torchMessages.loadTraining())
      const value = node.step.outputs.includes('model') ? node.value<Model>('model') : undefined
      if (value && value.kind === 'precondition') node.reject(torchMessages.unsupported())
      if (value) node.models.network(node, value, 'model', name)
      if (!node.wanted('schedule')) return
      const { schedule } = node.value<ScheduleValue>('schedule')
      const code = scheduleCode(schedule)
      if (code === undefined) node.reject(torchMessages.longTable())
      node.assign(code!, { known: node.value('schedule') }, 'schedule')
    },
  },
  precondition: {
    known: true,
    write(node) {
      const { preconditioning, sigma_data, sigma_min } = node.params as Record<string, string> &
        Record<string, number>
      if (preconditioning === 'iddpm') node.reject(torchMessages.unsupported())
      const model = node.input('model')
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
        known: node.value('model'),
        predicts: 'sample',
        takesLevel: true,
        trained: model.code,
        wrap,
      })
    },
  },
  guidedModel: {
    write(node) {
      const { scale, rescale, t_low, t_high } = node.params as Record<string, number>
      const model = node.input('model')
      const leveled = (ref: Ref) =>
        ref.takesLevel ? ref.code : `lambda x, t, **given: ${ref.code}(x, times(t, x), **given)`
      node.assign(
        pyCall(
          'functools.partial',
          'guided',
          leveled(model),
          `scale=${pyNumber(scale)}`,
          pyOption('low', t_low, 0, pyNumber),
          pyOption('high', t_high, 1e6, pyNumber),
          pyOption('rescale', rescale, 0, pyNumber),
          node.has('worse') ? `worse=${leveled(node.input('worse'))}` : undefined,
        ),
        { ...(model.predicts && { predicts: model.predicts }), takesLevel: true },
      )
    },
  },
  exactModel: {
    known: true,
    write(node) {
      const { mixture, std, predicts, dim } = node.params as Record<string, string> &
        Record<string, number>
      const data = mixture === 'dataset' ? node.input('dataset') : undefined
      const centers =
        data !== undefined
          ? `${data.code}.to(device)`
          : mixture === 'gaussian'
            ? `torch.zeros(1, ${dim}, device=device)`
            : `torch.tensor(${pyList([...eightCenters()])}, device=device).view(8, 2)`
      const labels = data ? data.labels : `torch.arange(8)`
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
        {
          known: node.value('model'),
          predicts: node.value<Model>('model').predicts,
          takesLevel: true,
        },
      )
    },
  },
  guidance: {
    write(node) {
      const { scale, rescale, t_low, t_high } = node.params as Record<string, number>
      if (node.has('t') && (t_low > 0 || t_high < 1e6)) node.reject(torchMessages.unsupported())
      const [c, u] = [node.input('conditional'), node.input('unconditional')]
      const result = `${u.code} + ${pyNumber(scale)} * (${c.code} - ${u.code})`
      node.assign(rescale > 0 ? `rescaled(${result}, ${c.code}, ${pyNumber(rescale)})` : result, {
        ...(c.predicts && { predicts: c.predicts }),
      })
    },
  },
  averagedModel: {
    write(node) {
      const { average, learner } = node.params as Record<string, number>
      const { averages } = node.input('training')
      const code = averages?.[average - 1]
      if (code === undefined || (learner ?? 1) > 1) node.reject(torchMessages.unsupported())
      const { trained: _, wrap: __, ...model } = node.input('model')
      node.name({ ...model, code: code! }, 'model')
    },
  },
  attentionMaps: { view: true },
  featureMaps: { view: true },
  modelSummary: { view: true },
  activationStorage: {
    known: true,
    write: (node) => node.name(node.input('model'), 'model'),
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
      const conditions = node.many('condition')
      const channels = node.many('channels').map(({ code }) => code)
      const parts = conditions.map(({ code, condition = 'classes' }): [string, string] => [
        condition,
        code,
      ])
      if (channels.length > 0)
        parts.push([
          'channels',
          channels.length === 1 ? channels[0] : `torch.cat([${channels.join(', ')}], dim=1)`,
        ])
      node.name({ code: parts[0][1], conditions: parts })
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
