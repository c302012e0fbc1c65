// Menus that litegraph opens, shown by the editor.
import { LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { isDiffusionNode } from '../../litegraph/diffusionNode.ts'
import { texts, translateNode } from '../texts/texts.ts'
import type { Point } from '../ui/geometry.ts'
import type { EditorCanvas, LGraphNode } from './canvas.ts'
import type { MenuEntry, StageHooks } from './stageHooks.ts'

/** Param of the node that has these choices, if any, with its current value. */
function findChoiceParam(node: LGraphNode | null | undefined, values: readonly unknown[]) {
  if (!node || !isDiffusionNode(node)) return undefined
  const widget = node.widgets?.find(({ options }) => options.values === values)
  const name = String(widget?.options.property)
  const param = widget && translateNode(node.diffusion.declaration).params[name]
  return param?.kind === 'choice' ? { name, param, value: node.properties[name] } : undefined
}

/** Sorts choices by their groups, and names the group of each. */
function inGroups(
  entries: readonly MenuEntry[],
  groups: Readonly<Record<string, readonly string[]>>,
): MenuEntry[] {
  const names: Readonly<Record<string, string>> = texts.choices.groups
  return Object.entries(groups).flatMap(([id, choices]) =>
    entries
      .filter(({ label }) => choices.includes(label))
      .map((entry) => ({ ...entry, group: names[id] ?? id })),
  )
}

/** Replaces litegraph's menus everywhere. They insert texts as HTML. */
export function replaceContextMenu(canvas: EditorCanvas, hooks: StageHooks) {
  interface Options {
    event?: MouseEvent
    title?: string
    callback?: (value: unknown, options: unknown, event?: MouseEvent) => unknown
  }
  LiteGraph.ContextMenu = class {
    constructor(values: readonly unknown[], options: Options) {
      const page: Point = options.event
        ? [options.event.clientX, options.event.clientY]
        : [canvas.mouse[0], canvas.mouse[1]]
      const { name, param, value: current } = findChoiceParam(canvas.node_over, values) ?? {}
      const entries = values
        .filter((value) => value !== null && value !== undefined)
        .map((value): MenuEntry => {
          const item =
            typeof value === 'object'
              ? (value as { content?: unknown; callback?: (value: unknown) => void })
              : undefined
          const label = String(item?.content ?? value)
          return {
            label,
            ...(param?.each?.[label] && { about: param.each[label] }),
            ...(param && { checked: label === current }),
            run: () => {
              item?.callback?.(value)
              options.callback?.(value, options, options.event)
              hooks.changed()
            },
          }
        })
      const groups = param?.groups
      hooks.chooseEntry(page, groups ? inGroups(entries, groups) : entries, options.title ?? name)
    }
    close() {}
  }
}
