// Widget with wrapped text that fills the height of its node.
import type { Widget } from 'litegraph.js/build/litegraph.core.js'
import { FONTS } from '../painters/theme.ts'
import type { NodeHooks } from './nodeSetup.ts'
import { promptValue, setWithUndo, widgetColours } from './widgetEdits.ts'
import { wrapText } from './wrapText.ts'

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
      ctx.font = `13px ${FONTS}`
      ctx.textAlign = 'left'
      const text = String(node.properties[name] ?? '')
      ctx.fillStyle = text ? widgetColours.text : widgetColours.dim
      wrapText(ctx, text || 'Double-click to write.', width - 24).forEach((line, i) =>
        ctx.fillText(line, 12, y + 15 + i * 18),
      )
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
