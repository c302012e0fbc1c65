// Menu of a node: which of its params and views app mode and figures show.
import { valueId } from '../../engine/base/ids.ts'
import type { LGraphNode } from '../canvas/canvas.ts'
import { ownTypes } from '../graph/declarations.ts'
import { findOuterParam, listNodes } from '../graph/nodePaths.ts'
import { TITLE } from '../graph/nodeSize.ts'
import { figureTexts } from '../texts/figureTexts.ts'
import { showMenu, showToast, type Menu } from '../ui/state.ts'
import type { WorkspaceServices } from '../workspace/services.ts'
import { isShown, nodeParams, nodeViews, toggleShown, withDefaultItems } from './choices.ts'

/** Opens the menu at a node of the canvas. */
export function showAppItems(services: WorkspaceServices, node: LGraphNode) {
  const items = appItems(services, node)
  const words = figureTexts().menu
  if (items.length === 0) return showToast(words.none)
  showMenu({
    at: services.stage.toPage([node.pos[0] + 24, node.pos[1] - TITLE]),
    title: words.title,
    items,
  })
}

function appItems({ stage, workspace }: WorkspaceServices, node: LGraphNode): Menu['items'] {
  const { file } = workspace.capture()
  const id = stage.fullId(node.id)
  const located = listNodes(file, ownTypes).find((each) => each.id === id)
  if (!located) return []
  const item = (kind: 'params' | 'views', place: string, label: string) => ({
    label,
    checked: isShown(file, kind, place),
    several: true as const,
    run: () => void workspace.editWhole((whole) => toggleShown(whole, kind, place)),
  })
  const items = [
    ...nodeViews(located).map((view) => item('views', view.id, figureTexts().menu.view)),
    ...nodeParams(located).map(({ name }) => {
      // The param of the subgraph sets a promoted one.
      const outer = findOuterParam(file, id, name)
      return item('params', valueId({ node: outer.id, slot: outer.param }), name)
    }),
  ]
  if (items.length === 0) return []
  const defaults = {
    label: figureTexts().menu.defaults,
    checked: !file.extra.diffusion?.app,
    several: true as const,
    run: () => void workspace.editWhole(withDefaultItems),
  }
  return [...items, 'rule', defaults]
}
