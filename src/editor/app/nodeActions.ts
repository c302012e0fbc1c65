// Actions on nodes that commands and menus share.
import type { LGraphNode } from '../canvas/canvas.ts'
import { addGroup } from '../canvas/groups.ts'
import { showNodeSearch } from '../canvas/state.ts'
import { byType } from '../graph/declarations.ts'
import { openClosedNode } from '../graph/fragments.ts'
import { texts } from '../texts/texts.ts'
import { download } from '../ui/download.ts'
import * as format from '../ui/format.ts'
import type { Spot } from '../ui/geometry.ts'
import { showToast } from '../ui/state.ts'
import { askTitle } from './prompts.ts'
import type { Editor } from './services.ts'

/** Adds a group around the selection, or an empty one at `spot`, and asks for its name. */
export function groupSelection(editor: Editor, { graph: at }: Spot) {
  const { stage, workspace } = editor
  const title = texts.commands.groupTitle
  const group = workspace.editNodes(() => addGroup(stage.graph, title, stage.selection(), at))
  askTitle(editor, group)
}

/** Opens the node search beside a node, for nodes that can replace it. */
export function searchReplacement({ stage }: Editor, node: LGraphNode) {
  const graph: Spot['graph'] = [node.pos[0], node.pos[1]]
  showNodeSearch({ spot: { page: stage.toPage(graph), graph }, query: '', instead: node })
}

/** Replaces a closed node by its graph. */
export async function expandNode({ engine, workspace }: Editor, node: LGraphNode) {
  try {
    const expansion = await engine.expand(node)
    workspace.edit((file) => {
      const opened = openClosedNode(file, node.id, expansion, byType)
      return { file: opened.file, select: opened.ids }
    })
  } catch (error) {
    showToast(texts.commands.openNode, { text: (error as Error).message, error: true })
  }
}

/** Downloads a diagram of the model that a node makes. */
export async function downloadDiagram({ engine }: Editor, node: LGraphNode) {
  try {
    const bytes = await engine.drawModel(node)
    download({ name: `${format.fileName(node.getTitle())}.svg`, mime: 'image/svg+xml', bytes })
  } catch (error) {
    showToast(texts.commands.downloadDiagram, { text: (error as Error).message, error: true })
  }
}
