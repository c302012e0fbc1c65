// Opens a closed node: replaces it by its nodes. Pure functions on files.
import { estimateSize } from '../../workflow/estimateSize.ts'
import { createFileInput, inputSpecs, outputSpecs } from '../../workflow/slots.ts'
import { declareSubgraph } from '../../workflow/subgraphDeclarations.ts'
import type { ExpandedNode, Expansion, Wire } from '../../engine/plan/graph.ts'
import type { ByType, Declaration } from '../../engine/plan/op.ts'
import type { FileNode, NodeId, Subgraph, WorkflowFile } from '../../workflow/file.ts'
import { emptyWorkflow, INPUTS, OUTPUTS } from '../../workflow/file.ts'
import {
  createNodeLookup,
  getNodeBounds,
  widenForOpened,
  numberLinks,
  sizeOfNew,
  withLinks,
  type NewLink,
} from './fragments.ts'
import { recordClosed } from './closedModel.ts'
import { TITLE } from './nodeSize.ts'
import { createBorderNode, intersectTypes } from './borderNodes.ts'

/** Width of a column, and gaps between rows, of a grid, and of nodes below each other. */
const [COLUMN, GAP, ROW] = [280, 70, 48]

/**
 * Replaces a closed node by its expansion, with the same wires, laid out from its position to the
 * right.
 */
export function openClosedNode(
  file: WorkflowFile,
  id: NodeId,
  expansion: Expansion,
  declarations: ByType,
  newId: () => string = () => crypto.randomUUID(),
): { file: WorkflowFile; ids: NodeId[] } {
  const closed = createNodeLookup(file.nodes)(id)
  const writer = new ExpansionWriter(declarations, newId)
  const opened = writer.write(expansion, file.last_node_id, closed.pos)
  const nodes = [...opened.values()].map((node) => recordClosed(node, closed, file))
  const links = connectToClosed(file, closed, expansion, opened)
  const subgraphs = [...(file.subgraphs ?? []), ...writer.subgraphs]
  const result = withLinks(
    {
      ...file,
      last_node_id: file.last_node_id + nodes.length,
      last_link_id: file.last_link_id + links.length,
      ...(subgraphs.length && { subgraphs }),
    },
    [...file.nodes.filter((node) => node !== closed), ...nodes],
    [...file.links.filter((link) => link[1] !== id && link[3] !== id), ...numberLinks(file, links)],
  )
  const ids = nodes.map((node) => node.id)
  return { file: widenForOpened(result, closed, new Set(ids)), ids }
}

/** Output of a node, with its type. */
type Source = readonly [from: NodeId, output: number, type: NewLink[4]]

const findSlot = (slots: readonly { name: string }[], name: string) =>
  slots.findIndex((slot) => slot.name === name)

/** Links of the opened nodes: among them, and those of the closed node. */
function connectToClosed(
  { links }: WorkflowFile,
  closed: FileNode,
  expansion: Expansion,
  opened: ReadonlyMap<string, FileNode>,
): NewLink[] {
  const findOutside = (name: string): Source | undefined => {
    const link = links.find(
      (each) => each[3] === closed.id && closed.inputs[each[4]]?.name === name,
    )
    return link && [link[1], link[2], link[5]]
  }
  const added = connectInside(expansion, opened, findOutside)
  for (const [, from, slot, to, input, type] of links) {
    const wire =
      from === closed.id ? expansion.outputs[closed.outputs[slot]?.name ?? ''] : undefined
    const source = wire && findWireSource(wire, opened, findOutside)
    if (source) added.push([source[0], source[1], to, input, wire.node === '' ? source[2] : type])
  }
  return added
}

/** The source of a wire: an opened node, or an input of the closed one. */
function findWireSource(
  { node, slot }: Wire,
  opened: ReadonlyMap<string, FileNode>,
  findOutside: (slot: string) => Source | undefined,
): Source | undefined {
  if (node === '') return findOutside(slot)
  const source = opened.get(node)
  const output = source ? findSlot(source.outputs, slot) : -1
  return source && output >= 0 ? [source.id, output, source.outputs[output].type] : undefined
}

/** Links between the nodes of an expansion, and from its inputs. */
function connectInside(
  { nodes }: Expansion,
  opened: ReadonlyMap<string, FileNode>,
  findOutside: (slot: string) => Source | undefined,
): NewLink[] {
  return nodes.flatMap(({ id, inputs }) => {
    const target = opened.get(id)
    return Object.entries(target ? inputs : {}).flatMap(([slot, wire]): NewLink[] => {
      const source = findWireSource(wire, opened, findOutside)
      const input = target ? findSlot(target.inputs, slot) : -1
      return target && source && input >= 0
        ? [[source[0], source[1], target.id, input, source[2]]]
        : []
    })
  })
}

/** Writes the nodes of expansions, and collects their subgraphs. */
class ExpansionWriter {
  /** Each after those that it uses. */
  readonly subgraphs: Subgraph[] = []
  private readonly known: Map<string, Declaration>

  constructor(
    declarations: ByType,
    private readonly newId: () => string,
  ) {
    this.known = new Map(declarations)
  }

  /** The nodes by their ids in the expansion, numbered from `last` + 1 on. */
  write(
    expansion: Expansion,
    last: number,
    [left, top]: readonly [number, number],
  ): Map<string, FileNode> {
    const nodes = expansion.nodes.map((node, i) => this.createNode(node, last + 1 + i, expansion))
    const offsets = layOutOpened(expansion.nodes, nodes, this.known)
    return new Map(
      expansion.nodes.map(({ id }, i) => {
        const [x, y] = offsets[i]
        return [id, { ...nodes[i], pos: [left + x, top + y] as [number, number] }]
      }),
    )
  }

  private createNode(node: ExpandedNode, id: number, expansion: Expansion): FileNode {
    const type = node.inside ? this.addSubgraph(node, node.inside) : node.op
    const declaration = this.known.get(type)
    const wiredIn = new Set(Object.keys(node.inputs))
    const wires = [
      ...expansion.nodes.flatMap((other) => Object.values(other.inputs)),
      ...Object.values(expansion.outputs),
    ]
    const wiredOut = new Set(wires.filter((wire) => wire.node === node.id).map((wire) => wire.slot))
    const inputs = declaration ? inputSpecs(declaration, wiredIn) : []
    const outputs = declaration ? outputSpecs(declaration, node.params, wiredIn, wiredOut) : []
    return {
      id,
      pos: [0, 0],
      type,
      size: declaration
        ? estimateSize(
            declaration,
            node.params,
            { inputs, outputs },
            node.title ?? declaration.title,
          )
        : [180, 80],
      flags: {},
      mode: 0,
      inputs: inputs.map(createFileInput),
      outputs: outputs.map((slot) => ({ name: slot.name, type: slot.type, links: [] })),
      properties: structuredClone(node.params) as FileNode['properties'],
      ...(node.title && !node.inside && { title: node.title }),
    }
  }

  private addSubgraph({ title = '', inputs }: ExpandedNode, inside: Expansion): string {
    const body = this.write(inside, 0, [0, 0])
    const nodes = [...body.values()]
    const names = Object.keys(inputs)
    const typesOf = (name: string) =>
      inside.nodes.flatMap(({ id, inputs: inner }) => {
        const slots = Object.keys(inner).filter(
          (slot) => inner[slot].node === '' && inner[slot].slot === name,
        )
        return (body.get(id)?.inputs ?? [])
          .filter((slot) => slots.includes(slot.name))
          .map(({ type }) => type)
      })
    const entries = names.map((name) => ({ name, type: intersectTypes(typesOf(name)) }))
    const findEntry = (slot: string): Source | undefined => {
      const at = names.indexOf(slot)
      return at < 0 ? undefined : [INPUTS, at, entries[at].type]
    }
    const results = Object.entries(inside.outputs).flatMap(([name, wire]) => {
      const source = findWireSource(wire, body, findEntry)
      return source ? [{ name, type: source[2], source }] : []
    })
    const links: NewLink[] = [
      ...connectInside(inside, body, findEntry),
      ...results.map(({ source, type }, i): NewLink => [source[0], source[1], OUTPUTS, i, type]),
    ]
    const [left, top, width, height] = getNodeBounds(nodes)
    const middle = (slots: readonly unknown[]) => Math.round(top + height / 2 - 10 * slots.length)
    const border = [
      createBorderNode(INPUTS, [left - 270, middle(entries)], entries),
      createBorderNode(OUTPUTS, [left + width + 90, middle(results)], results),
    ]
    const counted = { last_node_id: nodes.length, last_link_id: links.length }
    const subgraph: Subgraph = {
      id: this.newId(),
      name: title,
      description: '',
      revision: 0,
      promoted: [],
      inside: withLinks(
        { ...emptyWorkflow(), extra: {}, ...counted },
        [...border, ...nodes],
        numberLinks({ last_link_id: 0 }, links),
      ),
    }
    this.subgraphs.push(subgraph)
    this.known.set(subgraph.id, declareSubgraph(subgraph, this.known))
    return subgraph.id
  }
}

/** Positions of new nodes relative to the first one: on their grid, or in columns by depth. */
function layOutOpened(
  expanded: readonly ExpandedNode[],
  nodes: readonly FileNode[],
  declarations: ByType,
): [number, number][] {
  const places = expanded.flatMap(({ at }) => (at ? [at] : []))
  if (places.length < nodes.length) return layOutColumns(expanded, declarations)
  const last = Math.max(...places.map(([column]) => column))
  const widths = nodes.flatMap(({ size }, i) => (places[i][0] < last ? [size[0]] : []))
  const pitch = GAP + Math.max(0, ...widths)
  const heights: number[] = []
  for (const [i, [, row]] of places.entries())
    heights[row] = Math.max(heights[row] ?? 0, nodes[i].size[1])
  const topOf = (row: number) =>
    Array.from({ length: row }, (_, i) => heights[i] ?? 0).reduce(
      (sum, height) => sum + height + TITLE + ROW,
      0,
    )
  return places.map(([column, row]) => [Math.round(column * pitch), topOf(row)])
}

/** Lays nodes out in columns by depth. Returns their positions relative to the first one. */
function layOutColumns(nodes: readonly ExpandedNode[], declarations: ByType): [number, number][] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const depths = new Map<string, number>()
  const getDepth = (id: string, path: readonly string[] = []): number => {
    const known = depths.get(id)
    if (known !== undefined) return known
    if (path.includes(id)) return 0
    const sources = Object.values(byId.get(id)?.inputs ?? {}).filter((wire) => byId.has(wire.node))
    const depth = sources.length
      ? 1 + Math.max(...sources.map((wire) => getDepth(wire.node, [...path, id])))
      : 0
    depths.set(id, depth)
    return depth
  }
  const bottoms: number[] = []
  return nodes.map((node) => {
    const column = getDepth(node.id)
    const declaration = declarations.get(node.op)
    const top = bottoms[column] ?? 0
    bottoms[column] = top + (declaration ? sizeOfNew(declaration, node.params)[1] : 80) + ROW
    return [column * COLUMN, top]
  })
}
