// Actions on nodes that commands and menus share.
import type { MessageText } from '../../engine/base/catalogue.ts'
import { getErrorText } from '../../engine/messages/fault.ts'
import { isDiffusionNode } from '../../litegraph/diffusionNode.ts'
import type { LGraphNode } from '../canvas/canvas.ts'
import { addGroup } from '../canvas/groups.ts'
import { showNodeSearch } from '../canvas/state.ts'
import { findClosed, loadsWeights } from '../graph/closedModel.ts'
import { byType } from '../graph/declarations.ts'
import { getUsage, loadUsage } from '../graph/usageTable.ts'
import { addNode } from '../subgraph/addNode.ts'
import { panelInsets } from '../ui/insets.ts'
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

/** Wires the selected nodes by their types and by what ready workflows do, as one undo step. */
export async function connectSelected({ stage, workspace }: Editor) {
  try {
    const [{ proposeWires }] = await Promise.all([import('../graph/autoWire.ts'), loadUsage()])
    const ids = new Set(stage.selection().map(({ id }) => id))
    const wires = proposeWires(stage.file(), ids, byType, getUsage())
    const made = workspace.editNodes(
      () =>
        wires.filter(({ from, output, to, input }) => {
          const [source, target] = [stage.node(from), stage.node(to)]
          return source && target && source.connect(output, target, input)
        }).length,
    )
    showToast(made ? texts.wires.connected(made) : texts.wires.nothingToConnect)
  } catch (error) {
    showToast(texts.commands.connect, { text: getErrorText(error), error: true })
  }
}

/** Shows a value of a node: adds a viewer to an output that has none, or else selects the viewer. */
export async function addViewer(editor: Editor, node: LGraphNode) {
  try {
    const { findViewer } = await import('../graph/findViewer.ts')
    await loadUsage()
    const { stage } = editor
    const found = findViewer(stage.file(), node.id, byType, getUsage())
    if (!found) return showToast(texts.commands.addViewer, { text: texts.wires.noViewer })
    if ('id' in found) {
      const viewer = stage.node(found.id)
      stage.select([found.id])
      return viewer && stage.reveal(viewer, panelInsets())
    }
    const wire = { node, side: 'output', slot: found.output } as const
    const added = addNode(editor, found.type, found.at, { wire })
    return added && stage.reveal(added, panelInsets())
  } catch (error) {
    return showToast(texts.commands.addViewer, { text: getErrorText(error), error: true })
  }
}

/** Opens the node search beside a node, for nodes that can replace it. */
export function searchReplacement({ stage }: Editor, node: LGraphNode) {
  const graph: Spot['graph'] = [node.pos[0], node.pos[1]]
  showNodeSearch({ spot: { page: stage.toPage(graph), graph }, query: '', instead: node })
}

/** Replaces an opened model by its closed node, unless that would be another model. */
export async function closeNode({ engine, stage, workspace }: Editor, { id }: LGraphNode) {
  const refuse = (text: MessageText) => showToast(texts.commands.closeNode, { text, error: true })
  const node = stage.file().nodes.find((each) => each.id === id)
  const closed = node && findClosed(node, byType)
  if (!closed) return
  const takesWeights = node.inputs.some(({ name, link }) => name === 'weights' && link !== null)
  if (takesWeights && !loadsWeights(closed)) return refuse(texts.closing.weights)
  try {
    if (!(await engine.isUnchanged(node.id, closed))) return refuse(texts.closing.changed)
    const { closeModel } = await import('../graph/closeModel.ts')
    workspace.edit((file) => {
      const { file: changed, ids } = closeModel(file, id, byType)
      return { file: changed, select: ids }
    })
  } catch (error) {
    refuse(getErrorText(error))
  }
}

/** Replaces a closed node by its graph. */
export async function replaceByGraph({ engine, stage, workspace }: Editor, node: LGraphNode) {
  try {
    const [{ openClosedNode }, expansion] = await Promise.all([
      import('../graph/openClosed.ts'),
      engine.expand(node),
    ])
    workspace.edit((file) => {
      const opened = openClosedNode(file, node.id, expansion, byType)
      return { file: opened.file, select: opened.ids }
    })
    if (isDiffusionNode(node) && node.diffusion.declaration.opens) stage.open(panelInsets())
  } catch (error) {
    showToast(texts.commands.openNode, { text: getErrorText(error), error: true })
  }
}

/** Downloads a diagram of the model that a node makes. */
export async function downloadDiagram({ engine }: Editor, node: LGraphNode) {
  try {
    const bytes = await engine.drawModel(node)
    download({ name: format.fileName(node.getTitle(), '.svg'), mime: 'image/svg+xml', bytes })
  } catch (error) {
    showToast(texts.commands.downloadDiagram, { text: getErrorText(error), error: true })
  }
}
