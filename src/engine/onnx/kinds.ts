// Writers of all kinds of models that denoise.
import { isKeyOf } from '../base/records.ts'
import type { LayerGraph } from '../models/graph/layer.ts'
import { channelsOf } from '../models/graph/ops/checks.ts'
import type { FormulaConfigs } from '../models/kinds/configs.ts'
import { definitions, modelConditions, modelItemShape } from '../models/kinds/registry.ts'
import { onnxMessages } from '../messages/onnx.ts'
import type { OnnxBuilder } from './builder.ts'
import { writeExact, writeGaussian } from './closedForm.ts'
import { OnnxError } from './error.ts'
import type {
  ConditionKind,
  ContextOf,
  FormulaContext,
  WrittenPrediction,
} from './formulaContext.ts'
import { findGraph } from './graphs.ts'
import type { NetworkSources } from './layers/layer.ts'
import { writeNetwork } from './network.ts'
import type { OnnxSource } from './source.ts'
import { writeGuided, writePrecondition } from './wrappers.ts'

/** Writes a model without a network of its own; networks are written layer by layer. */
interface FormulaWriter<Context = FormulaContext> {
  write(context: Context): WrittenPrediction
}

const formulas: { readonly [K in keyof FormulaConfigs]: FormulaWriter<ContextOf<K>> } = {
  exact: { write: writeExact },
  gaussian: { write: writeGaussian },
  guided: { write: writeGuided },
  precondition: { write: writePrecondition },
  classifier_guided: {
    write({ model: { kind } }) {
      throw new OnnxError(onnxMessages.gradient({ kind }), onnxMessages.exportParts())
    },
  },
}

const findFormula = ({ kind }: OnnxSource): FormulaWriter | undefined =>
  isKeyOf(formulas, kind) ? formulas[kind] : undefined

/** Writes a model that denoises. Throws OnnxError for one that ONNX cannot express. */
export function writeModel(
  b: OnnxBuilder,
  model: OnnxSource,
  sources: NetworkSources,
  prefix = '',
): WrittenPrediction {
  const formula = findFormula(model)
  if (!formula) return writePredict(b, model, sources, prefix)
  return formula.write({
    b,
    model,
    sources,
    rank: itemShape(model).length,
    conditions: conditionsOf(model),
    writeChild: (name, inner) =>
      // Only the weights of a second model need other names.
      writeModel(b, model.children[name], inner, name === 'model' ? prefix : `${prefix}${name}.`),
  })
}

/** Writes the function `predict`, and splits its channels if the second half is a variance. */
function writePredict(
  b: OnnxBuilder,
  model: OnnxSource,
  sources: NetworkSources,
  prefix: string,
): WrittenPrediction {
  const graph = predictGraph(model)
  const network = { graph, weights: model.weights, prefix }
  const { value, shape } = writeNetwork(b, network, ['predict'], sources).get('predict')!
  if (!model.variance) return { prediction: value }
  const axis = shape.length === 3 ? 1 : shape.length
  const half = channelsOf(shape) / 2
  return b.inScope('outputs', () => {
    const slice = (from: number) =>
      b.node('Slice', [value, b.ints(from), b.ints(from + half), b.ints(axis)])
    return { prediction: slice(0), variance: slice(half) }
  })
}

/** The network of a model that denoises. Throws OnnxError if it has none. */
function predictGraph(model: OnnxSource): LayerGraph {
  const { kind } = model
  const found = findGraph(model)
  if (found && Object.hasOwn(found.graph.functions, 'predict')) return found.graph
  if (definitions.has(kind))
    throw new OnnxError(onnxMessages.ownCode({ kind }), onnxMessages.defineLayers())
  throw new OnnxError(onnxMessages.unknownKind({ kind }), onnxMessages.registerKind())
}

/** Shape of an item of a model that denoises. Throws OnnxError if it has none. */
export function itemShape(model: OnnxSource): readonly number[] {
  if (model.children.model) return itemShape(model.children.model)
  if (!findFormula(model)) predictGraph(model)
  return modelItemShape(model)
}

const conditionKinds: ReadonlySet<string> = new Set<ConditionKind>([
  'labels',
  'values',
  'vectors',
  'tokens',
  'channels',
])

/** Parts of the condition of a model, or of the network inside it. */
function conditionsOf(model: OnnxSource): ConditionKind[] {
  const inner = model.children.model
  if (inner) return conditionsOf(inner)
  if (findFormula(model)) return modelConditions(model).map(({ kind }) => kind)
  return predictGraph(model).layers.flatMap(({ op }) =>
    conditionKinds.has(op) ? [op as ConditionKind] : [],
  )
}
