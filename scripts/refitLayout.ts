// Widens the narrow views of a workflow, and arranges its nodes if that makes it more readable.
import { isDeepStrictEqual } from 'node:util'
import type { ByType } from '../src/engine/plan/op.ts'
import { makeRoom } from '../src/editor/graph/room.ts'
import { composedNode, composeFile, nodeEdges } from '../src/workflow/compose/composeFile.ts'
import { READABLE } from '../src/workflow/compose/opening.ts'
import type { FileNode, WorkflowFile } from '../src/workflow/file.ts'
import { measureLayout } from './layoutMeasures.ts'

/** Width of a view that has 240 pixels at the smallest zoom at which graphs open. */
const VIEW_WIDTH = 240 / READABLE
/** An arrangement by hand stays unless another one is better by this much. */
const HAND_BONUS = 0.15

/** Observers whose picture has a shape of its own, so that a wider view has to be higher, too. */
const PICTURES = /Scatter|Preview|Images|Density|Compare|Trajector|Field|Grid|Digits|Film/

interface Refit {
  file: WorkflowFile
  how: string
}

/** Returns undefined if the file is as good as it can be made. */
export function refit(file: WorkflowFile, declared: ByType): Refit | undefined {
  const before = measureLayout(file, declared)
  const enough = before.smallestView === undefined || before.smallestView >= 239.5
  const widened = enough ? file : widenViews(file, declared)
  const candidates: Refit[] = [
    { file: widened, how: 'wider views' },
    { file: composeFile(widened, declared), how: 'arranged' },
  ]
  const best = candidates
    .map((candidate, i) => ({
      ...candidate,
      score: measureLayout(candidate.file, declared).score + (i ? 0 : HAND_BONUS),
    }))
    .reduce((a, b) => (b.score > a.score ? b : a))
  return isDeepStrictEqual(best.file, file) ? undefined : best
}

/** Widens narrow views, from left to right. The nodes that they cover move aside. */
function widenViews(file: WorkflowFile, declared: ByType): WorkflowFile {
  let nodes = file.nodes
  const narrow = nodes.filter(
    (node) => composedNode(node, declared).kind === 'view' && node.size[0] < VIEW_WIDTH,
  )
  for (const { id } of narrow.toSorted((a, b) => a.pos[0] - b.pos[0])) {
    nodes = nodes.map((node) => (node.id === id ? widen(node) : node))
    const positions = makeRoom(nodes, new Set([id]))
    nodes = nodes.map((node) => ({ ...node, pos: positions.get(node.id) ?? node.pos }))
  }
  return withFrames({ ...file, nodes }, file)
}

function widen(node: FileNode): FileNode {
  const more = VIEW_WIDTH - node.size[0]
  const height = PICTURES.test(node.type) ? node.size[1] + Math.round(0.75 * more) : node.size[1]
  return { ...node, size: [VIEW_WIDTH, height] }
}

/** Enlarges the frames that contained nodes which have moved or grown. */
function withFrames(file: WorkflowFile, before: WorkflowFile): WorkflowFile {
  const groups = file.groups.map((group) => {
    const [x, y, width, height] = group.bounding
    const members = before.nodes.flatMap((node, i) => {
      const [left, top, right, bottom] = nodeEdges(node)
      const inside = left >= x && top >= y && right <= x + width && bottom <= y + height
      return inside ? [nodeEdges(file.nodes[i])] : []
    })
    if (!members.length) return group
    const left = Math.min(x, ...members.map((edges) => edges[0] - 20))
    const top = Math.min(y, ...members.map((edges) => edges[1] - 40))
    const right = Math.max(x + width, ...members.map((edges) => edges[2] + 20))
    const bottom = Math.max(y + height, ...members.map((edges) => edges[3] + 20))
    return {
      ...group,
      bounding: [left, top, right - left, bottom - top] as typeof group.bounding,
    }
  })
  return { ...file, groups }
}
