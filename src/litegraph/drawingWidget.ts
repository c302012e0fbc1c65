// Widget for drawing points in a square: drag draws, with Shift or the right button it erases.
import type { LGraphNode, Widget } from 'litegraph.js/build/litegraph.core.js'
import {
  brushAlong,
  discRadius,
  drawingSquare,
  drawPoints,
  eraserSize,
  hitsClear,
  type Points,
} from './pointDrawing.ts'
import { MARGIN } from './widgetEdits.ts'

/** `radius`: the param with the radius of the discs that points stand for. */
export function createDrawingWidget(name: string, value: unknown, radius?: string): Widget {
  /** Last point of the current stroke. */
  let tip: readonly [number, number] | undefined
  const points = (node: LGraphNode) =>
    Array.isArray(node.properties[name]) ? (node.properties[name] as Points) : []
  return {
    type: 'diffusion/drawing',
    name,
    value,
    options: { property: name, ...(radius !== undefined && { radius }) },
    computeSize: (width) => [width, Math.min(width - 2 * MARGIN, 240)],
    draw(ctx, node, _width, y) {
      const square = drawingSquare(node.size, y)
      drawPoints(ctx, points(node), square, { radius: discRadius(node.properties, radius, square) })
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
      const erase = event.shiftKey || event.buttons === 2
      const brush = { erase, size: erase ? eraserSize(node.properties, radius) : 0 }
      node.setProperty(name, brushAlong(points(node), square, tip, [x, y], brush))
      tip = [x, y]
      return true
    },
  }
}
