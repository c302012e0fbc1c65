// Describes models of layers as rows of name and text.
import type { ReusedWeights } from '../../model.ts'
import { viewText } from '../../../base/viewTexts.ts'
import { countParameters, layersWithWeights } from '../../graph/weights.ts'
import type { Rows, Shown, StepCount } from '../kind.ts'
import type { LayersConfig } from './config.ts'
import { functionNames, inputShape, viewOf } from './graph.ts'

/** Shapes, layers, steps and parameters, and the weights that came from another model. */
export function layersRows(
  { config, reused }: Shown<LayersConfig>,
  countSteps: (name: string) => StepCount,
): Rows {
  const { shapes } = viewOf(config)
  const counts = functionNames(config).map(countSteps)
  const steps = counts.reduce((sum, count) => sum + count.steps, 0)
  const fused = counts.reduce((sum, count) => sum + count.fused, 0)
  return [
    [viewText('inputShape'), inputShape(config).join(' x ')],
    ...functionNames(config).map((name): [string, string] => [
      name === 'predict' ? viewText('outputShape') : name,
      shapes[config.functions[name]].join(' x '),
    ]),
    [viewText('layers'), String(config.layers.length)],
    [viewText('steps'), viewText('fusedSteps', steps, fused)],
    [viewText('parameters'), countParameters(layersWithWeights(config)).toLocaleString('en')],
    ...(reused ? reusedRows(reused) : []),
  ]
}

const reusedRows = ({ taken, fresh, reshaped, unused }: ReusedWeights): Rows => [
  [viewText('weightsTaken'), String(taken)],
  ...[
    [viewText('layersNew'), fresh] as const,
    [viewText('layersReshaped'), reshaped] as const,
    [viewText('layersUnused'), unused] as const,
  ].flatMap(([title, names]): [string, string][] =>
    names.length > 0 ? [[title, names.join(', ')]] : [],
  ),
]
