// The viewer for a node: which output to show, by which node, and where.
import type { ByType, Declaration } from '../../engine/plan/op.ts'
import type { FileNode, NodeId, WorkflowFile } from '../../workflow/index.ts'
import { LOOP } from '../../workflow/slots.ts'
import { TITLE } from './nodeSize.ts'
import { findUsualSlot } from './nodeSearch.ts'
import { countWires, type Usage } from './usage.ts'

/** A viewer to add, or the id of one that is already wired. */
export type FoundViewer = { output: number; type: string; at: [number, number] } | { id: NodeId }

/** Shows values of all types as text. */
const ANY_VALUE = 'diffusion/Inspect'
/** Gaps between a node and its viewer. */
const [ACROSS, DOWN] = [60, 20]
/** Size of a new viewer, for finding a free place. */
const ROOM = [260, 240] as const

/**
 * Finds a viewer for the first output of a node that has none: the one that ready workflows wire to
 * it most, and preferably one of those that the graph already has. Returns the first viewer if all
 * outputs have one, undefined if the node has no outputs.
 */
export function findViewer(
  file: WorkflowFile,
  id: NodeId,
  byType: ByType,
  usage: Usage,
): FoundViewer | undefined {
  const node = file.nodes.find((each) => each.id === id)
  if (!node) return undefined
  const isViewer = (type: string) => byType.get(type)?.role === 'observer'
  const viewerOf = (output: number) =>
    file.links
      .filter(([, from, slot]) => from === id && slot === output)
      .map(([, , , to]) => file.nodes.find((each) => each.id === to))
      .find((target) => target && isViewer(target.type))
  const outputs = node.outputs.flatMap(({ name }, i) => (name === LOOP ? [] : [i]))
  const output = outputs.find((each) => !viewerOf(each))
  if (output === undefined) {
    const viewer = outputs.map(viewerOf).find((each) => each !== undefined)
    return viewer && { id: viewer.id }
  }
  const type = chooseType(file, node, output, byType, usage)
  return type === undefined ? undefined : { output, type, at: freePlace(file, node) }
}

function chooseType(
  file: WorkflowFile,
  node: FileNode,
  output: number,
  byType: ByType,
  usage: Usage,
): string | undefined {
  const { name, type } = node.outputs[output]
  const of = { type: node.type, slot: name }
  const score = (declaration: Declaration) => {
    const end = { from: 'output', type: String(type), of } as const
    const slot = findUsualSlot(declaration, end, usage)
    if (slot === undefined) return -1
    const wires = countWires(usage, of, { type: declaration.type, slot })
    const isUsed = file.nodes.some((each) => each.type === declaration.type)
    return wires + (isUsed && wires > 0 ? 1000 : 0) + (declaration.type === ANY_VALUE ? 0.5 : 0)
  }
  const observers = [...byType.values()].filter(({ role }) => role === 'observer')
  const best = observers
    .map((declaration) => ({ type: declaration.type, score: score(declaration) }))
    .sort((a, b) => b.score - a.score)[0]
  return best && best.score >= 0 ? best.type : undefined
}

/** A place to the right of a node where no other node is. */
function freePlace({ nodes }: WorkflowFile, node: FileNode): [number, number] {
  const x = node.pos[0] + node.size[0] + ACROSS
  let y = node.pos[1]
  const covered = () =>
    nodes.find(
      ({ pos, size }) =>
        pos[0] < x + ROOM[0] &&
        x < pos[0] + size[0] &&
        pos[1] - TITLE < y + ROOM[1] &&
        y - TITLE < pos[1] + size[1],
    )
  for (let other = covered(); other; other = covered())
    y = other.pos[1] + other.size[1] + TITLE + DOWN
  return [Math.round(x), Math.round(y)]
}
