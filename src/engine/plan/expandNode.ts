// Expands one closed node, and forwards its wired params to the inner nodes.
import { type Fault, createFault } from '../messages/fault.ts'
import { planMessages } from '../messages/plan.ts'
import { input, type Expansion, type GraphNode } from './graph.ts'
import type { ExpandOp, Param, Params } from './op.ts'
import { checkParams, problemWith } from './params.ts'
import { wiredParams } from './paramSlots.ts'

/**
 * Returns the graph that a closed node stands for. A wired param is forwarded to the inner params
 * that have its value; it is a fault if it changes anything else of the inner graph.
 */
export function expandNode(
  node: GraphNode,
  op: ExpandOp,
): { expansion: Expansion; faults: Fault[] } {
  const { params, faults } = checkParams(node, op)
  // Invalid params cannot be expanded. Their fault covers the nodes that depend on this one.
  if (faults.length) return { expansion: { nodes: [], outputs: {} }, faults }
  const wired = wiredParams(op, node.inputs)
  const slots = new Set(Object.keys(node.inputs).filter((slot) => !wired.includes(slot)))
  const expand = (values: Params) => op.expand(values as never, slots)
  const expansion = expand(params)
  for (const name of wired) {
    const places = findPlaces(name, op.params[name], params, expand)
    if (!places) faults.push(unknownParamFault(node, name))
    else
      for (const [index, inner] of places)
        expansion.nodes[index] = withParamWire(expansion.nodes[index], inner, name)
  }
  return { expansion, faults }
}

const withParamWire = (node: GraphNode, param: string, from: string): GraphNode => ({
  ...node,
  inputs: { ...node.inputs, [param]: input(from) },
})

/** An inner node, by its place in the expansion, and one of its params. */
type Place = readonly [index: number, param: string]

/**
 * Returns the inner params that always have the value of a param; undefined if the expansion
 * depends on it in any other way. Compares expansions for several values.
 */
function findPlaces(
  name: string,
  spec: Param,
  params: Params,
  expand: (values: Params) => Expansion,
): Place[] | undefined {
  const samples = sampleValues(spec).map((value) => ({
    value,
    nodes: expand({ ...params, [name]: value }).nodes,
  }))
  const places = samples[0].nodes.flatMap((node, index) =>
    Object.keys(node.params)
      .filter((inner) =>
        samples.every(({ value, nodes }) => Object.is(nodes[index]?.params[inner], value)),
      )
      .map((inner): Place => [index, inner]),
  )
  const rest = samples.map(({ nodes }) => JSON.stringify(withoutPlaces(nodes, places)))
  return new Set(rest).size === 1 ? places : undefined
}

const withoutPlaces = (nodes: readonly GraphNode[], places: readonly Place[]) =>
  nodes.map((node, index) => ({
    ...node,
    params: Object.fromEntries(
      Object.entries(node.params).filter(
        ([name]) => !places.some(([at, param]) => at === index && param === name),
      ),
    ),
  }))

/** Returns different valid values: all choices, or numbers at the ends and between them. */
function sampleValues(spec: Param): unknown[] {
  if (spec.kind === 'choice') return [...spec.choices]
  if (spec.kind === 'boolean') return [false, true]
  if (spec.kind === 'seed') return [0, 1, 271_828_182]
  if (spec.kind !== 'number') return [spec.default]
  const { min, max } = spec
  const between = (part: number) => min + part * (max - min)
  const all = [spec.default, min, max, -1, 0, 0.5, 1, 2, 3, between(0.318), between(0.577)]
  const rounded = spec.integer ? all.map(Math.round) : all
  return [...new Set(rounded)].filter((value) => problemWith(value, spec) === undefined)
}

/** The fault of a wired param that has to be known before the run. */
export const unknownParamFault = (node: GraphNode, name: string): Fault =>
  createFault({
    node: node.id,
    slot: name,
    message: planMessages.unknownParam({ param: name }),
    cure: planMessages.setParam({ param: name }),
    ...(node.inputs[name].node && { also: [node.inputs[name].node] }),
  })
