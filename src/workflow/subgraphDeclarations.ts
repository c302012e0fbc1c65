// Derives declarations for subgraphs, so that their nodes have slots and params like all others.
import { getOwn } from '../engine/base/records.ts'
import {
  chosenType,
  type ByType,
  type Declaration,
  type InputSlot,
  type OutputSlot,
  type Param,
} from '../engine/plan/op.ts'
import type { SlotType } from '../engine/plan/slotValues.ts'
import type { FileNode, NodeId, Subgraph, WorkflowFile } from './file.ts'
import { INPUTS, OUTPUTS } from './file.ts'
import { createSourceResolver } from '../engine/base/resolveSource.ts'
import { declaredName, parseAccepts } from './slots.ts'

/** Category of subgraph nodes. */
export const SUBGRAPH_CATEGORY = 'mine'

/** Adds the declarations of all subgraphs of a file. Each follows those that it uses. */
export function withSubgraphs(
  { subgraphs = [] }: Pick<WorkflowFile, 'subgraphs'>,
  declarations: ByType,
): ByType {
  if (!subgraphs.length) return declarations
  const known = new Map(declarations)
  for (const subgraph of subgraphs) known.set(subgraph.id, declareSubgraph(subgraph, known))
  return known
}

export const subgraphBorder = (
  { inside }: Pick<Subgraph, 'inside'>,
  type: typeof INPUTS | typeof OUTPUTS,
): FileNode => {
  const border = inside.nodes.find((node) => node.type === type)
  if (!border) throw new Error(`A subgraph has no node ${type}`)
  return border
}

/** Declares a subgraph. `known` must contain the declarations of its inner nodes. */
export function declareSubgraph(subgraph: Subgraph, known: ByType): Declaration {
  const { id, name, description } = subgraph
  const lookups = createLookups(subgraph, known)
  return {
    type: id,
    version: 1,
    title: name,
    category: SUBGRAPH_CATEGORY,
    summary: description,
    inputs: Object.fromEntries(declareInputs(subgraph, lookups)),
    outputs: Object.fromEntries(declareOutputs(subgraph, lookups)),
    params: {
      ...Object.fromEntries(declareParams(subgraph, lookups)),
      ...prefixParam(subgraph, known),
    },
    role: 'node',
    expands: true,
  }
}

/** An output of an inner node, by name. */
interface InnerOutput {
  node: FileNode
  name: string
}

/** Lookups in the contents of a subgraph, built once. */
interface Lookups {
  known: ByType
  nodes: ReadonlyMap<NodeId, FileNode>
  /** Inner inputs by the index of the border slot that they are wired to. */
  targets: ReadonlyMap<number, readonly { node: FileNode; input: string }[]>
  /** The output wired to an input. */
  findWired(node: FileNode, input: string): InnerOutput | undefined
}

function createLookups({ inside: { nodes: list, links } }: Subgraph, known: ByType): Lookups {
  const nodes = new Map(list.map((node) => [node.id, node]))
  const targets = new Map<number, { node: FileNode; input: string }[]>()
  const wired = new Map<string, InnerOutput>()
  const slotKey = (node: FileNode, input: string) => `${node.id} ${input}`
  for (const [, from, output, to, input] of links) {
    const [source, target] = [nodes.get(from), nodes.get(to)]
    const [slot, end] = [source?.outputs[output], target?.inputs[input]]
    if (!source || !target || !slot || !end) continue
    wired.set(slotKey(target, end.name), { node: source, name: slot.name })
    if (from !== INPUTS) continue
    const others = targets.get(output)
    if (others) others.push({ node: target, input: end.name })
    else targets.set(output, [{ node: target, input: end.name }])
  }
  return { known, nodes, targets, findWired: (node, input) => wired.get(slotKey(node, input)) }
}

function declareInputs(subgraph: Subgraph, { known, targets }: Lookups): [string, InputSlot][] {
  const isOptional = ({ node, input }: { node: FileNode; input: string }) => {
    const declaration = known.get(node.type)
    const declared = declaration?.inputs
    const slot = declared && declaredName(declared, input)
    if (slot === undefined) return Boolean(declaration && Object.hasOwn(declaration.params, input))
    return Boolean(declared?.[slot].optional)
  }
  return subgraphBorder(subgraph, INPUTS).outputs.map(({ name, type }, slot) => {
    const optional = (targets.get(slot) ?? []).every(isOptional)
    return [name, { accepts: parseAccepts(String(type)), about: '', ...(optional && { optional }) }]
  })
}

function declareOutputs(subgraph: Subgraph, lookups: Lookups): [string, OutputSlot][] {
  const border = subgraphBorder(subgraph, OUTPUTS)
  const findLike = createLikeFinder(lookups)
  return border.inputs.map(({ name, type }) => [
    name,
    {
      // An output that is like no input can have any type.
      type:
        type === '*'
          ? { like: findLike(lookups.findWired(border, name)) ?? '' }
          : (String(type) as SlotType),
      about: '',
    },
  ])
}

/**
 * Returns a function for the input whose type an inner output has, found by following the wires
 * back. It returns undefined if there is no such input.
 */
function createLikeFinder({ known, findWired }: Lookups) {
  const findSource = createSourceResolver<InnerOutput>(
    ({ node, name }) => {
      const declaration = known.get(node.type)
      const slot = declaration && declaredName(declaration.outputs, name)
      if (node.type === INPUTS || !declaration || slot === undefined) return undefined
      const type = chosenType(declaration, declaration.outputs[slot].type, node.properties)
      return typeof type === 'object'
        ? { from: findWired(node, type.like + name.slice(slot.length)) }
        : undefined
    },
    ({ node, name }) => `${node.id} ${name}`,
  )
  return (output: InnerOutput | undefined): string | undefined => {
    const source = findSource(output)
    return source?.node.type === INPUTS ? source.name : undefined
  }
}

const declareParams = ({ promoted }: Subgraph, { known, nodes }: Lookups): [string, Param][] =>
  promoted.flatMap(({ node, param, as }): [string, Param][] => {
    const inner = nodes.get(node)
    const params = inner && known.get(inner.type)?.params
    const declared = params && getOwn(params, param)
    if (!declared) return []
    // Conditions and symbols refer to the inner node.
    const { when: _, unless: __, symbol: ___, advanced: ____, ...rest } = declared
    return [
      [as, { ...rest, default: getOwn(inner.properties, param) ?? declared.default } as Param],
    ]
  })

/** Param of a subgraph node with the prefix of the names of its layers. */
export const PREFIX = 'prefix'

/**
 * A subgraph with named layers has a prefix, so that a subgraph that is used twice has two sets of
 * weights.
 */
function prefixParam({ name, inside }: Subgraph, known: ByType): Record<string, Param> {
  const hasNames = inside.nodes.some(({ type }) =>
    Object.values(known.get(type)?.params ?? {}).some(
      (param) => param.kind === 'text' && param.unique,
    ),
  )
  if (!hasNames) return {}
  const slug = name
    .toLowerCase()
    .replace(/\W+/g, '_')
    .replace(/^_+|_+$/g, '')
  return {
    [PREFIX]: {
      kind: 'text',
      default: slug || 'block',
      multiline: false,
      about: 'Put before the names of the layers inside, so that each copy has its own weights',
      unique: true,
    },
  }
}
