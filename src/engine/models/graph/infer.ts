// Shapes of layers, with checks of their inputs.
import { EngineError } from '../../base/errors.ts'
import { layerMessages } from '../../messages/layers.ts'
import type { FeatureShape, Layer, ValueKind } from './layer.ts'
import { shapeText } from './ops/checks.ts'
import { layerOp } from './ops/table.ts'

/** Kind and shape of the output of a layer, known before its evaluation. */
export interface Described {
  kind: ValueKind
  shape: FeatureShape
}

/** Name of the input at a position, as errors give it. */
export const inputName = ({ op }: Pick<Layer, 'op'>, position: number): string => {
  const { inputs } = layerOp({ op })
  return inputs === 'many' ? `x_${position + 1}` : inputs[position]
}

/** Describes the value of a layer. Throws EngineError, by input or attribute, if they do not fit. */
export function describeLayer(
  layer: Pick<Layer, 'op' | 'attrs'>,
  inputs: readonly Described[],
): Described {
  const op = layerOp(layer)
  for (const [i, input] of inputs.entries())
    checkKind(op.takes ?? 'features', input, inputName(layer, i))
  const shape = op.shape(
    inputs.map(({ shape }) => shape),
    layer.attrs,
  )
  return { kind: op.gives ?? 'features', shape }
}

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
