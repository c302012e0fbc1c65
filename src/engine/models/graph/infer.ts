// Shapes of layers, with checks of their inputs.
import { EngineError } from '../../base/errors.ts'
import { layerMessages } from '../../messages/layers.ts'
import type { Operation } from './layer.ts'
import type { FeatureShape, ValueKind, WeightSpec } from './layerOp.ts'
import { shapeText } from './ops/checks.ts'
import { isLayerOpName, layerOps, type LayerOpName } from './ops/table.ts'

/** Kind and shape of the output of a layer, known before its evaluation. */
export interface Described {
  kind: ValueKind
  shape: FeatureShape
}

/** Name of the input at a position, as errors give it. */
export const inputName = (op: LayerOpName, position: number): string => {
  const { inputs } = layerOps[op]
  return inputs === 'many' ? `x_${position + 1}` : inputs[position]
}

/** Describes the value of a layer. Throws EngineError, by input or attribute, if they do not fit. */
export function describeLayer<K extends LayerOpName>(
  { op, attrs }: Operation<K>,
  inputs: readonly Described[],
): Described {
  // Untyped code may pass an unknown operation.
  if (!isLayerOpName(op)) throw new Error(`Unknown layer: ${String(op)}.`)
  const { takes = 'features', gives = 'features', shape } = layerOps[op]
  for (const [i, input] of inputs.entries()) checkKind(takes, input, inputName(op, i))
  const shapes = inputs.map((input) => input.shape)
  return { kind: gives, shape: shape(shapes, attrs) }
}

/** Weights of a layer by the shapes of its inputs. */
export const inferWeights = <K extends LayerOpName>(
  { op, attrs }: Operation<K>,
  inputs: readonly FeatureShape[],
): readonly WeightSpec[] => layerOps[op].weights?.(inputs, attrs) ?? []

/** Checks what the input `argument` is. */
export function checkKind(wanted: ValueKind, input: Described, argument: string) {
  if (input.kind !== wanted) throw otherKind(wanted, input, argument)
}

function otherKind(wanted: ValueKind, { kind, shape }: Described, argument: string): EngineError {
  if (wanted === 'features')
    return new EngineError(
      kind === 'times' ? layerMessages.embedTimes : layerMessages.embedLabels,
      { argument },
    )
  const isTime = wanted === 'times'
  return kind === 'features'
    ? new EngineError(isTime ? layerMessages.times : layerMessages.labels, {
        argument,
        shape: shapeText(shape),
      })
    : new EngineError(isTime ? layerMessages.timesNotLabels : layerMessages.labelsNotTimes, {
        argument,
      })
}
