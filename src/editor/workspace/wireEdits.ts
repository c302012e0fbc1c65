// Edits of a wire (inserting a node, adding a reroute, removing the wire), and its context menu.
import type { LLink } from 'litegraph.js/build/litegraph.core.js'
import type { FileLink, NodeId, WorkflowFile } from '../../workflow/file.ts'
import { LOOP } from '../../workflow/slots.ts'
import type { LGraphNode } from '../canvas/canvas.ts'
import { showNodeSearch } from '../canvas/state.ts'
import { byType } from '../graph/declarations.ts'
import { findFittingSlots, insertNode, addReroute } from '../graph/splice.ts'
import { texts } from '../texts/texts.ts'
import type { Point, Spot } from '../ui/geometry.ts'
import { showToast, type Menu } from '../ui/state.ts'
import type { WorkspaceServices } from './services.ts'

const findLink = (file: WorkflowFile, { id }: LLink): FileLink | undefined =>
  file.links.find(([each]) => String(each) === String(id))

/** Returns true if a node of a file can be inserted into a wire. */
export function fitsWire(file: WorkflowFile, id: NodeId, link: LLink): boolean {
  const [node, wire] = [file.nodes.find((each) => each.id === id), findLink(file, link)]
  return Boolean(node && wire && findFittingSlots(file, node, wire, byType))
}

export const insertIntoWire = (
  { workspace }: Pick<WorkspaceServices, 'workspace'>,
  id: NodeId,
  link: LLink,
) =>
  workspace.edit((file) => {
    const wire = findLink(file, link)
    return { file: wire ? insertNode(file, id, wire[0], byType) : file, select: [id] }
  })

/** Routes a wire through a new reroute at the given position. */
export function rerouteWire(
  { workspace }: Pick<WorkspaceServices, 'workspace'>,
  link: LLink,
  at: Point,
) {
  if (String(link.type) === LOOP) return showToast(texts.wires.loopStays)
  workspace.edit((file) => {
    const wire = findLink(file, link)
    const result = wire && addReroute(file, wire[0], at)
    return result ? { file: result.file, select: [result.id] } : { file }
  })
}

/** Removes wires as one undo step. */
export const cutWires = (
  { stage, workspace }: Pick<WorkspaceServices, 'stage' | 'workspace'>,
  links: readonly LLink[],
) =>
  workspace.editNodes(() => {
    for (const link of links) stage.node(link.target_id)?.disconnectInput(link.target_slot)
  })

export function wireMenu(services: WorkspaceServices, spot: Spot, link: LLink): Menu {
  const { stage, workspace } = services
  const { commands } = texts
  const [from, to] = [stage.node(link.origin_id), stage.node(link.target_id)]
  const insert = (node: LGraphNode) =>
    showNodeSearch({
      spot,
      query: '',
      wire: { node, side: 'output', slot: link.origin_slot },
      into: link,
    })
  const reroute = {
    label: commands.reroute,
    keys: commands.rerouteKeys,
    run: () => rerouteWire(services, link, spot.graph),
  }
  const disconnect = {
    label: commands.disconnect,
    danger: true,
    run: () => void workspace.editNodes(() => to?.disconnectInput(link.target_slot)),
  }
  return {
    at: spot.page,
    title: String(link.type),
    items: [
      { label: commands.insert, run: () => void (from && insert(from)) },
      ...(String(link.type) === LOOP ? [] : [reroute]),
      disconnect,
    ],
  }
}
