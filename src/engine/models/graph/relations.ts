// Rules about several layers of a graph: names, shared weights, and parts of the condition.
import type { Template } from '../../base/catalogue.ts'
import { EngineError } from '../../base/errors.ts'
import { layerMessages } from '../../messages/layers.ts'
import { GraphView } from './analysis.ts'
import type { Layer } from './layer.ts'
import { shapeText } from './ops/checks.ts'
import { isSharing, ownerName } from './sharing.ts'

/** An error about some layers, the first of which is wrong. */
export class LayerError<Hole extends string = string> extends EngineError<Hole> {
  constructor(
    problem: Template<Hole>,
    values: ConstructorParameters<typeof EngineError<Hole>>[1],
    /** Positions of the layers. */
    readonly layers: readonly number[],
    /** Param of their nodes. */
    readonly param: string,
  ) {
    super(problem, values)
  }
}

/**
 * Checks that names differ, that layers which share weights fit together, and that parts of the
 * condition are there once. Throws LayerError.
 */
export function checkRelations(layers: readonly Layer[]) {
  const owners = new Map<string, number>()
  const conditions = new Map<string, number>()
  for (const [i, { op, name }] of layers.entries()) {
    if (name !== undefined && !isSharing(name)) addOwner(owners, name, i)
    if (CONDITIONS.has(op)) addCondition(conditions, layers, i)
  }
  checkSharing(layers, owners)
}

function addOwner(owners: Map<string, number>, name: string, i: number) {
  const other = owners.get(name)
  if (other !== undefined)
    throw new LayerError(layerMessages.sameName, { argument: 'x', name }, [i, other], 'name')
  owners.set(name, i)
}

/** Kinds of ConditionInput by operation. */
const CONDITIONS: ReadonlyMap<string, string> = new Map([
  ['labels', 'labels'],
  ['values', 'number'],
  ['vectors', 'vector'],
  ['tokens', 'tokens'],
  ['channels', 'channels'],
])

/** Equal parts of a condition are one layer; a second one of the same kind is another part. */
function addCondition(conditions: Map<string, number>, layers: readonly Layer[], i: number) {
  const { op } = layers[i]
  const other = conditions.get(op)
  if (other !== undefined)
    throw new LayerError(
      layerMessages.otherCondition,
      {
        argument: 'x',
        kind: CONDITIONS.get(op),
        first: attributeText(layers[other]),
        second: attributeText(layers[i]),
      },
      [i, other],
      'kind',
    )
  conditions.set(op, i)
}

const attributeText = ({ attrs }: Layer): string =>
  Object.entries(attrs)
    .map(([key, value]) => `${key} ${Array.isArray(value) ? `[${value.join(', ')}]` : value}`)
    .join(', ')

function checkSharing(layers: readonly Layer[], owners: ReadonlyMap<string, number>) {
  let view: GraphView | undefined
  for (const [i, { op, name }] of layers.entries()) {
    if (name === undefined || !isSharing(name)) continue
    const owner = ownerName(name)
    const at = owners.get(owner)
    if (at === undefined)
      throw new LayerError(layerMessages.sharedNothing, { argument: 'x', name, owner }, [i], 'name')
    if (layers[at].op !== op)
      throw new LayerError(
        layerMessages.sharedKind,
        { argument: 'x', name, owner, expected: layers[at].op, got: op },
        [i, at],
        'name',
      )
    view ??= new GraphView({ layers, functions: {} })
    const [expected, got] = [at, i].map((k) => weightText(view!, k))
    if (expected === got) continue
    throw new LayerError(
      layerMessages.sharedShape,
      { argument: 'x', name, owner, expected, got },
      [i, at],
      'name',
    )
  }
}

/** Shapes of the weights of a layer, by part. */
const weightText = (view: GraphView, i: number): string =>
  view
    .weightsOf(i)
    .map(({ part, shape }) => `${part} [${shapeText(shape)}]`)
    .join(', ') || 'none'
