// Derives declarations for subgraphs, so that their nodes have slots and params like all others.
import type { ByType, Declaration, InputSlot, OutputSlot, Param } from '../../engine/plan/op.ts'
import type { SlotType } from '../../engine/base/values.ts'
import type { FileNode, Subgraph, WorkflowFile } from './file.ts'
import { INPUTS, OUTPUTS } from './file.ts'
import { resolveSource } from './resolveSource.ts'
import { declaredName, parseAccepts } from './slots.ts'

/** Category of subgraph nodes. */
export const SUBGRAPH_CATEGORY = 'mine'

/** Adds the declaration of a subgraph. */
export const withDeclaration = (known: ByType, subgraph: Subgraph): ByType =>
  new Map([...known, [subgraph.id, declareSubgraph(subgraph, known)]])

/** Adds the declarations of all subgraphs of a file. */
export const withSubgraphs = (
  { subgraphs = [] }: Pick<WorkflowFile, 'subgraphs'>,
  declarations: ByType,
): ByType => subgraphs.reduce(withDeclaration, declarations)

export const subgraphBorder = (
  { inside }: Pick<Subgraph, 'inside'>,
  type: typeof INPUTS | typeof OUTPUTS,
): FileNode => {
  const border = inside.nodes.find((node) => node.type === type)
  if (!border) throw new Error(`A subgraph has no node ${type}`)
  return border
}

/** Declares a subgraph. `known` must contain the declarations of its inner nodes. */
function declareSubgraph(subgraph: Subgraph, known: ByType): Declaration {
  const { id, name, description, promoted, inside } = subgraph
  const inputs = subgraphBorder(subgraph, INPUTS).outputs.map(
    ({ name, type }, slot): [string, InputSlot] => {
      const targets = inside.links.filter(([, from, output]) => from === INPUTS && output === slot)
      const optional = targets.every(([, , , to, input]) =>
        isOptionalInput(inside, to, input, known),
      )
      return [
        name,
        { accepts: parseAccepts(String(type)), about: '', ...(optional && { optional }) },
      ]
    },
  )
  const outputs = subgraphBorder(subgraph, OUTPUTS).inputs.map(
    ({ name, type }): [string, OutputSlot] => [
      name,
      // An output that is like no input can have any type.
      {
        type:
          type === '*'
            ? { like: inputLikeOutput(subgraph, name, known) ?? '' }
            : (String(type) as SlotType),
        about: '',
      },
    ],
  )
  const params = promoted.flatMap(({ node, param, as }): [string, Param][] => {
    const inner = inside.nodes.find(({ id }) => id === node)
    const declared = inner && known.get(inner.type)?.params[param]
    if (!declared) return []
    // Conditions and symbols refer to the inner node.
    const { when: _, unless: __, symbol: ___, advanced: ____, ...rest } = declared
    return [[as, { ...rest, default: inner.properties[param] ?? declared.default } as Param]]
  })
  return {
    type: id,
    version: 1,
    title: name,
    category: SUBGRAPH_CATEGORY,
    summary: description,
    inputs: Object.fromEntries(inputs),
    outputs: Object.fromEntries(outputs),
    params: Object.fromEntries(params),
    role: 'node',
    expands: true,
  }
}

function isOptionalInput(
  inside: WorkflowFile,
  id: FileNode['id'],
  input: number,
  known: ByType,
): boolean {
  const node = inside.nodes.find((each) => each.id === id)
  const declared = node && known.get(node.type)?.inputs
  const slot = declared && declaredName(declared, node.inputs[input].name)
  return slot !== undefined && Boolean(declared?.[slot].optional)
}

/**
 * The input whose type an output of any type has, found by following the wires back. Undefined if
 * there is no such input.
 */
function inputLikeOutput(subgraph: Subgraph, output: string, known: ByType): string | undefined {
  const { nodes, links } = subgraph.inside
  const findWired = (node: FileNode, name: string) => {
    const link = links.find(
      ([, , , to, input]) => to === node.id && node.inputs[input]?.name === name,
    )
    const from = link && nodes.find(({ id }) => id === link[1])
    return from && { node: from, name: from.outputs[link[2]].name }
  }
  const source = resolveSource(
    findWired(subgraphBorder(subgraph, OUTPUTS), output),
    ({ node, name }) => {
      const declared = known.get(node.type)?.outputs ?? {}
      const slot = declaredName(declared, name)
      if (node.type === INPUTS || slot === undefined) return undefined
      const { type } = declared[slot]
      return typeof type === 'object'
        ? { from: findWired(node, type.like + name.slice(slot.length)) }
        : undefined
    },
    ({ node, name }) => `${node.id} ${name}`,
  )
  return source?.node.type === INPUTS ? source.name : undefined
}
