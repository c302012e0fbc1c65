// The mouse wheel and the trackpad on the canvas.
import type { DragAndScale, LGraphCanvas } from 'litegraph.js/build/litegraph.core.js'
import type { PartialRepaint } from './partialRepaint.ts'

/** Members of the canvas that the wheel needs. */
interface WheelCanvas extends Pick<LGraphCanvas, 'setDirty'> {
  readonly ds: DragAndScale
  readonly repainting: Pick<PartialRepaint, 'whileMoving'>
}

/** Zooms with a mouse wheel or a pinch, pans with two fingers on a trackpad or the Shift key. */
export function turnWheel(canvas: WheelCanvas, event: WheelEvent) {
  event.preventDefault()
  const trackpad =
    event.deltaMode === 0 &&
    !event.ctrlKey &&
    (event.deltaX !== 0 || !Number.isInteger(event.deltaY))
  if (trackpad || event.shiftKey) {
    const [dx, dy] =
      event.shiftKey && !event.deltaX ? [event.deltaY, 0] : [event.deltaX, event.deltaY]
    canvas.repainting.whileMoving(() => {
      canvas.ds.offset[0] -= dx / canvas.ds.scale
      canvas.ds.offset[1] -= dy / canvas.ds.scale
      canvas.setDirty(true, true)
    })
  } else {
    const step = Math.sign(event.deltaY) * Math.min(60, Math.abs(event.deltaY))
    canvas.ds.changeScale(canvas.ds.scale * Math.exp(-step * (event.ctrlKey ? 0.012 : 0.0022)), [
      event.clientX,
      event.clientY,
    ])
    canvas.setDirty(true, true)
  }
}
