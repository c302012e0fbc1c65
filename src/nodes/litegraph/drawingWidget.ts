// Widget for drawing points in a square: drag draws, with Shift or the right button it erases.
import type { LGraphNode, Widget } from 'litegraph.js/build/litegraph.core.js'
import { brushAlong, drawingSquare, drawPoints, hitsClear, type Points } from './pointDrawing.ts'
import { MARGIN } from './widgetEdits.ts'

export function createDrawingWidget(name: string, value: unknown): Widget {
  /** Last point of the current stroke. */
  let tip: readonly [number, number] | undefined
  const points = (node: LGraphNode) =>
    Array.isArray(node.properties[name]) ? (node.properties[name] as Points) : []
  return {
    type: 'diffusion/drawing',
    name,
    value,
    options: { property: name },
    computeSize: (width) => [width, Math.min(width - 2 * MARGIN, 240)],
    draw(ctx, node, _width, y) {
      drawPoints(ctx, points(node), drawingSquare(node.size, y))
    },
    mouse(event, [x, y], node) {
      const square = drawingSquare(node.size, this.last_y ?? 0)
      if (event.type.endsWith('up')) {
        if (tip) node.graph?.afterChange(node)
        tip = undefined
        return true
      }
      if (event.type.endsWith('down')) {
        node.graph?.beforeChange(node)
        if (hitsClear(square, x, y)) {
          node.setProperty(name, [])
          node.graph?.afterChange(node)
          return true
        }
        tip = [x, y]
      }
      if (!tip) return true
      const brush = { erase: event.shiftKey || event.buttons === 2, size: 0 }
      node.setProperty(name, brushAlong(points(node), square, tip, [x, y], brush))
      tip = [x, y]
      return true
    },
  }
}
