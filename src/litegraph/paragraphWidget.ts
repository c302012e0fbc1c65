// Widget with the text of a note, which fills the height of its node.
import type { Widget } from 'litegraph.js/build/litegraph.core.js'
import type { NodeHooks } from './nodeSetup.ts'
import { drawNote } from './richText.ts'
import { promptValue, setWithUndo, widgetColours } from './widgetEdits.ts'

export function createParagraphWidget(name: string, value: unknown, hooks: NodeHooks): Widget {
  return {
    type: 'diffusion/paragraph',
    name,
    value,
    options: { property: name },
    computeSize: (width) => [width, 20],
    draw(ctx, node, width, y) {
      const height = Math.max(20, node.size[1] - y - 8)
      ctx.save()
      ctx.beginPath()
      ctx.rect(10, y, width - 20, height)
      ctx.clip()
      ctx.textAlign = 'left'
      const text = String(node.properties[name] ?? '')
      ctx.fillStyle = text ? widgetColours.text : widgetColours.dim
      drawNote(ctx, text || 'Double-click to write.', { x: 12, y, width: width - 24, height })
      ctx.restore()
    },
    mouse(event, _pos, node) {
      if (!event.type.endsWith('down') || event.detail !== 2) return false
      promptValue(node, name, event, hooks, {
        set: (text) => setWithUndo(node, name, text),
        multiline: true,
      })
      return true
    },
  }
}
