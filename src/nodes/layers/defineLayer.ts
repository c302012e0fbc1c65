// Declarations of layer nodes: they describe layers of a network and compute nothing.
import { hasEffect } from '../../engine/plan/declaration.ts'
import type { Param, RunOp } from '../../engine/plan/op.ts'
import type { LayerBuilder } from '../../engine/models/graph/builder.ts'
import { featuresBuilder } from '../../engine/models/graph/features.ts'
import type { Features } from '../../engine/base/values.ts'
import { NodeError } from '../../engine/base/fault.ts'
import { isLayerName } from '../../engine/models/kinds/layers/graph.ts'
import { layerNodeMessages } from '../messages/layerNodes.ts'
import { defineNode, features, type RunInputs, type RunParams, type Slot } from '../define.ts'

type Slots = Record<string, Slot>
type ParamSpecs = Record<string, Param & { readonly value?: unknown }>

interface LayerNode<I extends Slots, P extends ParamSpecs> {
  type: string
  title?: string
  summary: string
  equation?: string
  source?: string
  inputs: I
  params: P
  /** Description of the output. */
  gives: string
  /** A block, which can be opened into its layers. */
  opens?: true
  build: (b: LayerBuilder<Features>, inputs: RunInputs<I>, params: RunParams<P>) => Features
}

/** A node of one output, `features`. */
export function defineLayer<I extends Slots, P extends ParamSpecs>({
  build,
  gives,
  ...node
}: LayerNode<I, P>): RunOp {
  return defineNode({
    ...node,
    category: 'layers',
    outputs: { features: features(gives) },
    plain: true,
    run: (inputs: RunInputs<I>, params: RunParams<P>) => {
      const valueOf = (param: string) => params[param as keyof typeof params]
      if ('name' in params && hasEffect(node.params, 'name', valueOf))
        checkLayerName(params.name as string)
      return { features: build(featuresBuilder, inputs, params) }
    },
  } as never) as RunOp
}

export function checkLayerName(name: string) {
  if (isLayerName(name)) return
  throw new NodeError({
    param: 'name',
    message: layerNodeMessages.name({ got: name }),
    cure: layerNodeMessages.writeName(),
  })
}
