// Menu of the colours of nodes and groups.
import type { LGraphGroup } from 'litegraph.js/build/litegraph.core.js'
import type { LGraphNode } from '../canvas/canvas.ts'
import { colourPresets, getNodeTint } from '../canvas/nodeColours.ts'
import { texts } from '../texts/texts.ts'
import type { Menu } from '../ui/state.ts'
import type { WorkspaceServices } from '../workspace/services.ts'

type ColourName = keyof typeof texts.nodeColours.names

/** Names of litegraph's colours that have a text, in the order of its menu. */
const colourNames = (): ColourName[] =>
  Object.keys(colourPresets()).filter((name): name is ColourName =>
    Object.hasOwn(texts.nodeColours.names, name),
  )

/** Menu items that set the colour of nodes, or of a group. */
export function colourItems(
  { stage, workspace }: Pick<WorkspaceServices, 'stage' | 'workspace'>,
  nodes: readonly LGraphNode[],
  group?: LGraphGroup,
): Menu['items'] {
  const { none, names } = texts.nodeColours
  const isCurrent = (name?: ColourName) => {
    const preset = name && colourPresets()[name]
    return group
      ? group.color === preset?.groupcolor
      : nodes.every(({ bgcolor }) => bgcolor === preset?.bgcolor)
  }
  const set = (name?: ColourName) => () =>
    workspace.editNodes(() => {
      const preset = name && colourPresets()[name]
      if (group) group.color = preset?.groupcolor
      for (const node of nodes) setColour(node, preset)
    })
  return [
    { label: none, checked: isCurrent(), run: set() },
    ...colourNames().map((name) => ({
      label: names[name],
      swatch: getNodeTint(colourPresets()[name].bgcolor, stage.colours).colour,
      checked: isCurrent(name),
      run: set(name),
    })),
  ]
}

function setColour(node: LGraphNode, preset: { color: string; bgcolor: string } | undefined) {
  if (preset) Object.assign(node, { color: preset.color, bgcolor: preset.bgcolor })
  else {
    delete node.color
    delete node.bgcolor
  }
}
