// What a node that stands for a subgraph is to everything that reads declarations: slots and params like any other.
import type { ByType, Declaration, InputSlot, OutputSlot, Param } from '../../engine/plan/op.ts'
import type { SlotType } from '../../engine/values.ts'
import type { FileNode, Subgraph, WorkflowFile } from './file.ts'
import { INPUTS, OUTPUTS } from './file.ts'
import { acceptsOf, declaredName } from './slots.ts'

/** The category of nodes that stand for subgraphs. */
export const MINE = 'mine'

/** All declarations with that of a subgraph. */
export const withDeclaration = (known: ByType, subgraph: Subgraph): ByType =>
  new Map([...known, [subgraph.id, declarationOfSubgraph(subgraph, known)]])

/** All declarations with those of the subgraphs of a file. */
export const withSubgraphs = ({ subgraphs = [] }: Pick<WorkflowFile, 'subgraphs'>, declarations: ByType): ByType =>
  subgraphs.reduce(withDeclaration, declarations)

export const edge = ({ inside }: Pick<Subgraph, 'inside'>, type: typeof INPUTS | typeof OUTPUTS): FileNode =>
  inside.nodes.find((node) => node.type === type)!

/** `known` has the declarations of what is inside. */
function declarationOfSubgraph(subgraph: Subgraph, known: ByType): Declaration {
  const { id, name, description, promoted, inside } = subgraph
  const inputs = edge(subgraph, INPUTS).outputs.map(({ name, type }, slot): [string, InputSlot] => {
    const targets = inside.links.filter(([, from, output]) => from === INPUTS && output === slot)
    const optional = targets.every(([, , , to, input]) => isOptional(inside, to, input, known))
    return [name, { accepts: acceptsOf(String(type)), about: '', ...(optional && { optional }) }]
  })
  const outputs = edge(subgraph, OUTPUTS).inputs.map(({ name, type }): [string, OutputSlot] => [
    name,
    // What is like nothing may be anything.
    { type: type === '*' ? { like: likeOf(subgraph, name, known) ?? '' } : (String(type) as SlotType), about: '' },
  ])
  const params = promoted.flatMap(({ node, param, as }): [string, Param][] => {
    const inner = inside.nodes.find(({ id }) => id === node)
    const declared = inner && known.get(inner.type)?.params[param]
    if (!declared) return []
    // On the outside it stands by itself.
    const { when: _, unless: __, symbol: ___, advanced: ____, ...rest } = declared
    return [[as, { ...rest, default: inner.properties[param] ?? declared.default } as Param]]
  })
  return {
    type: id,
    version: 1,
    title: name,
    category: MINE,
    summary: description,
    inputs: Object.fromEntries(inputs),
    outputs: Object.fromEntries(outputs),
    params: Object.fromEntries(params),
    role: 'node',
    expands: true,
  }
}

function isOptional(inside: WorkflowFile, id: FileNode['id'], input: number, known: ByType): boolean {
  const node = inside.nodes.find((each) => each.id === id)
  const declared = node && known.get(node.type)?.inputs
  const slot = declared && declaredName(declared, node.inputs[input]!.name)
  return slot !== undefined && Boolean(declared![slot]!.optional)
}

/** Which input an output that may be anything is like, where that can be followed from wire to wire. */
function likeOf(subgraph: Subgraph, output: string, known: ByType): string | undefined {
  const { nodes, links } = subgraph.inside
  const sourceOf = (node: FileNode, name: string) => {
    const link = links.find(([, , , to, input]) => to === node.id && node.inputs[input]?.name === name)
    const from = link && nodes.find(({ id }) => id === link[1])
    return from && ([from, from.outputs[link[2]]!.name] as const)
  }
  let at = sourceOf(edge(subgraph, OUTPUTS), output)
  for (let steps = 0; at && steps <= nodes.length; steps++) {
    const [node, name] = at
    if (node.type === INPUTS) return name
    const declared = known.get(node.type)?.outputs
    const slot = declared && declaredName(declared, name)
    const type = slot === undefined ? undefined : declared![slot]!.type
    if (typeof type !== 'object') return undefined
    at = sourceOf(node, type.like + name.slice(slot!.length))
  }
  return undefined
}
