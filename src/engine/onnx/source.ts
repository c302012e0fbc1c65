// Models to export: plain data with weights on the CPU, from a checkpoint or from a device.
import type { StoredModel } from '../checkpoint/checkpoint.ts'
import { toTorch } from '../checkpoint/torch.ts'
import type { VarianceKind, PredictionType } from '../base/values.ts'
import type { Model } from '../models/model.ts'
import type { Configured } from '../models/kinds/configs.ts'
import { findNetworkKind } from '../models/kinds/registry.ts'
import type { WeightLayout } from '../models/graph/layerOp.ts'
import { weightLayouts } from '../models/graph/weights.ts'
import type { Weight } from './builder.ts'

/** A model with weights in PyTorch's layouts, fixed numbers among them. */
export type OnnxSource = Configured & SourceFields

interface SourceFields {
  predicts: PredictionType
  variance?: VarianceKind
  weights: ReadonlyMap<string, Weight>
  /** The models inside a wrapper. */
  children: Readonly<Record<string, OnnxSource>>
}

/** A model of a checkpoint, with its preconditioning. */
export function sourceFromStored({ precondition, ...network }: StoredModel): OnnxSource {
  const source: OnnxSource = { ...network, children: {} }
  if (!precondition) return source
  return {
    kind: 'precondition',
    config: precondition,
    predicts: 'sample',
    weights: new Map(),
    children: { model: source },
  }
}

/** Reads the weights of a model, and of those inside it, back from the device. */
export async function sourceFromModel(model: Model): Promise<OnnxSource> {
  const { kind, config, predicts, variance, buffers = {} } = model
  const layers = findNetworkKind(model)?.layers(config)
  const layouts = layers ? weightLayouts(layers) : new Map<string, WeightLayout>()
  const weights = new Map<string, Weight>()
  for (const [name, tensor] of Object.entries(model.weights)) {
    const stored = { shape: tensor.shape, data: (await tensor.data()) as Float32Array }
    weights.set(name, toTorch(layouts.get(name) ?? 'plain', stored))
  }
  for (const [name, data] of Object.entries(buffers))
    weights.set(name, { shape: [data.length], data })
  const children: Record<string, OnnxSource> = {}
  for (const [name, child] of Object.entries(model.children))
    children[name] = await sourceFromModel(child)
  return { kind, config, predicts, ...(variance && { variance }), weights, children }
}
