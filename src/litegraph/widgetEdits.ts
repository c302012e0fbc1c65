// Helpers of custom widgets: colours, and functions that set a property.
import type { LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import type { DiffusionNode } from './diffusionNode.ts'
import type { NodeHooks } from './nodeSetup.ts'

/** Space left and right of a widget, as in litegraph. */
export const MARGIN = 15

export const widgetColours = {
  back: '#1e2124',
  line: '#4a5056',
  text: '#e4e6e8',
  dim: '#9aa1a7',
  fill: '#3d5a73',
  wrong: '#ff8a8a',
}

/** Sets a property as one undo step. */
export function setWithUndo(node: LGraphNode, name: string, value: unknown) {
  if (value === node.properties[name]) return
  node.graph?.beforeChange(node)
  node.setProperty(name, value)
  node.graph?.afterChange(node)
}

/** Asks the host for a value, or the user by litegraph's prompt. */
export function promptValue(
  node: LGraphNode,
  name: string,
  event: MouseEvent,
  hooks: NodeHooks,
  { set, multiline = false }: { set: (text: string) => void; multiline?: boolean },
) {
  if (hooks.edit) hooks.edit(node as DiffusionNode, name, event)
  else {
    const [canvas] = node.graph?.list_of_graphcanvas ?? []
    canvas?.prompt(name, node.properties[name], set, event, multiline)
  }
}
