// Third layer of the node class: widgets that follow values, drawing, and the pointer.
import type { LGraphCanvas } from 'litegraph.js/build/litegraph.core.js'
import type { NodeDataClass } from './nodeData.ts'
import { FURTHER } from '../workflow/slots.ts'
import type { NodeSetup } from './nodeSetup.ts'
import { clickPlot, isOnFilm, isOnSpace, scrubTo, startTurning } from './scrub.ts'
import { drawStateMark } from './stateMark.ts'
import { refreshTypes } from './slotTypes.ts'
import { tooltipAt } from './tooltips.ts'
import { matchWidgets, syncWidget } from './widgets.ts'

export function createDisplayClass(
  Base: NodeDataClass,
  { lite, hooks, drawBody }: NodeSetup,
): NodeDataClass {
  return class extends Base {
    /** Receives the pointer while it scrubs or turns the view. */
    #dragView: ((pos: [number, number]) => unknown) | undefined
    #hovered: HTMLCanvasElement | undefined

    override onPropertyChanged(name: string) {
      syncWidget(this, name)
      if (this.configuring) return
      matchWidgets(this, hooks)
      if (name === FURTHER) this.matchSlots('trim')
      refreshTypes(lite, this)
      hooks.changed?.(this, name)
      this.setDirtyCanvas(true)
    }

    override onDrawForeground(ctx: CanvasRenderingContext2D, canvas: LGraphCanvas) {
      drawBody?.(lite, this, ctx, canvas.ds.scale, hooks.words?.())
    }

    override onDrawTitleBox(ctx: CanvasRenderingContext2D, height: number) {
      drawStateMark(this, ctx, height)
    }

    /** Changes what a plot shows, or starts to turn a view in space or to scrub one with time. */
    override onMouseDown(event: MouseEvent, pos: [number, number]): boolean {
      if (event.button !== 0) return false
      if (clickPlot(this, pos)) return true
      if (isOnSpace(this, pos)) this.#dragView = startTurning(this, [...pos])
      else if (isOnFilm(this, pos)) this.#dragView = ([x]) => scrubTo(this, x)
      else return false
      this.captureInput(true)
      this.#dragView(pos)
      return true
    }

    override onMouseUp() {
      if (!this.#dragView) return
      this.#dragView = undefined
      this.captureInput(false)
    }

    override onMouseMove(event: MouseEvent, pos: [number, number], { canvas }: LGraphCanvas) {
      // The button may have been released outside the page.
      if (!(event.buttons & 1)) this.onMouseUp()
      this.#dragView?.([...pos])
      this.#hovered = canvas
      const text = tooltipAt(this, pos, hooks.words?.()) ?? ''
      if (canvas.title !== text) canvas.title = text
    }

    override onMouseLeave() {
      if (this.#hovered) this.#hovered.title = ''
    }
  }
}
