// Menus that litegraph opens, shown by the editor.
import { LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { isDiffusionNode } from '../../nodes/litegraph/diffusionNode.ts'
import { translateNode } from '../texts/texts.ts'
import type { Point } from '../ui/geometry.ts'
import type { EditorCanvas, LGraphNode } from './canvas.ts'
import type { MenuEntry, StageHooks } from './stageHooks.ts'

/** Texts of the choices, if these are the choices of a param of the node. */
function choiceTexts(node: LGraphNode | null | undefined, values: readonly unknown[]) {
  if (!node || !isDiffusionNode(node)) return undefined
  const widget = node.widgets?.find(({ options }) => options.values === values)
  const param =
    widget && translateNode(node.diffusion.declaration).params[String(widget.options.property)]
  return param?.kind === 'choice' ? param.each : undefined
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
      const each = choiceTexts(canvas.node_over, values)
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
            ...(each?.[label] && { about: each[label] }),
            run: () => {
              item?.callback?.(value)
              options.callback?.(value, options, options.event)
              hooks.changed()
            },
          }
        })
      hooks.chooseEntry(page, entries, options.title)
    }
    close() {}
  }
}
