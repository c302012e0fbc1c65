// Declarations of layer nodes: they describe layers of a network and compute nothing.
import { hasEffect } from '../../engine/plan/declaration.ts'
import type { Param, RunOp } from '../../engine/plan/op.ts'
import type { LayerBuilder } from '../../engine/models/graph/builder.ts'
import { Features, featuresBuilder } from '../../engine/models/graph/features.ts'
import type { NamedOperation } from '../../engine/models/graph/layer.ts'
import {
  layerOps,
  type Attrs,
  type InputName,
  type LayerOpName,
} from '../../engine/models/graph/ops/table.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { isLayerName } from '../../engine/models/kinds/layers/graph.ts'
import { layerNodeMessages } from '../../messages/layerNodes.ts'
import { defineNode, type RunInputs, type RunParams, type Slot, slot } from '../define.ts'

type Slots = Record<string, Slot>
type ParamSpecs = Record<string, Param & { readonly value?: unknown }>

interface LayerNode<I extends Slots, P extends ParamSpecs> {
  type: string
  title?: string
  summary: string
  aliases?: readonly string[]
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
    outputs: { features: slot.features(gives) },
    plain: true,
    run: (inputs: RunInputs<I>, params: RunParams<P>) => {
      const valueOf = (param: string) => params[param as keyof typeof params]
      if ('name' in params && hasEffect(node.params, 'name', valueOf))
        checkLayerName(params.name as string)
      return { features: build(featuresBuilder, inputs, params) }
    },
  } as never) as RunOp
}

/** Params with the values of attributes, and the name of layers with weights and of dropout. */
type OpParams<A> = {
  readonly [K in keyof A]: Param & { readonly value?: A[K] }
} & { readonly name?: Param & { readonly value?: string } }

type OpNode<K extends LayerOpName> = Omit<LayerNode<Record<InputName<K>, Slot>, {}>, 'build'> & {
  params: OpParams<Attrs<K>>
}

/** A node of one operation: its slots are the inputs, its params the attributes and the name. */
export function defineOpLayer<K extends LayerOpName>(op: K, node: OpNode<K>): RunOp {
  const { inputs: slots, attrs } = layerOps[op]
  if (slots === 'many') throw new Error(`The inputs of ${op} have no names.`)
  const params: ParamSpecs = node.params
  return defineLayer({
    ...node,
    params,
    build(_, inputs: Record<string, Features>, { name, ...values }) {
      const wired = slots.map((slot) => inputs[slot])
      // In the order that files have.
      const ordered = Object.keys(attrs).map((key) => [key, values[key]])
      const operation = { op, name, attrs: Object.fromEntries(ordered) } as NamedOperation
      return new Features(operation, wired)
    },
  })
}

export function checkLayerName(name: string) {
  if (isLayerName(name)) return
  throw new NodeError({
    param: 'name',
    message: layerNodeMessages.name({ got: name }),
    cure: layerNodeMessages.writeName(),
  })
}
