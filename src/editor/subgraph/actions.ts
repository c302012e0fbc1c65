// Actions on subgraphs: creation from the selection, and unpacking.
import { returnFocus } from '../ui/focus.ts'
import type { LGraphNode } from '../canvas/canvas.ts'
import { byType } from '../graph/declarations.ts'
import type { WorkspaceServices } from '../workspace/services.ts'
import { newId } from '../workspace/library.ts'
import { nodeTitle } from '../../workflow/titles.ts'
import type { NodeId } from '../../workflow/file.ts'
import { askText, showToast } from '../ui/state.ts'
import { texts } from '../texts/texts.ts'
import { isBorderNode } from '../graph/borderNodes.ts'

/**
 * Packs the selected nodes into a subgraph. Refuses one end of a loop without the other, and wires
 * that leave the selection and return to it.
 */
export async function makeSubgraph({
  stage,
  workspace,
}: Pick<WorkspaceServices, 'stage' | 'workspace'>) {
  const words = texts.subgraph
  const ids = new Set<NodeId>(
    stage.selection().flatMap((node) => (isBorderNode(node) ? [] : [node.id])),
  )
  if (!ids.size) return showToast(words.nothing)
  const { findPackingProblem, packNodes } = await import('../graph/pack.ts')
  const refusal = findPackingProblem(stage.file(), ids)
  if (refusal) {
    stage.select([...stage.selection().map(({ id }) => id), ...refusal.nodes.map(({ id }) => id)])
    const text = words.refused[refusal.kind](
      refusal.nodes.map((node) => nodeTitle(node, byType)).join(', '),
    )
    return showToast(words.refusal, { text, error: true })
  }
  const name = await askText(words.convertSelected, words.unnamed, words.convert)
  if (!name) return
  workspace.edit((file) => {
    const result = packNodes(file, ids, { id: newId(), name }, byType)
    return { file: result.file, select: [result.node] }
  })
  returnFocus()
}

/** Replaces a node by the contents of its subgraph. */
export async function unpackNode(
  { workspace }: Pick<WorkspaceServices, 'workspace'>,
  { id }: LGraphNode,
) {
  const { unpackSubgraph } = await import('../graph/pack.ts')
  workspace.edit((file) => {
    const result = unpackSubgraph(file, id)
    return { file: result.file, select: result.ids }
  })
}
