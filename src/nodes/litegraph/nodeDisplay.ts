// Third layer of the node class: widgets that follow values, drawing, and the pointer.
import type { LGraphCanvas } from 'litegraph.js/build/litegraph.core.js'
import { drawBody } from './body.ts'
import type { NodeDataClass } from './nodeData.ts'
import { FURTHER } from '../workflow/slots.ts'
import type { NodeSetup } from './nodeSetup.ts'
import { isOnFilm, scrubTo } from './scrub.ts'
import { drawStateMark } from './stateMark.ts'
import { tooltipAt } from './tooltips.ts'
import { matchWidgets, syncWidget } from './widgets.ts'

export function createDisplayClass(Base: NodeDataClass, { lite, hooks }: NodeSetup): NodeDataClass {
  return class extends Base {
    #scrubbing = false
    #hovered: HTMLCanvasElement | undefined

    override onPropertyChanged(name: string) {
      syncWidget(this, name)
      if (this.configuring) return
      matchWidgets(this, hooks)
      if (name === FURTHER) this.matchSlots('trim')
      hooks.changed?.(this, name)
      this.setDirtyCanvas(true)
    }

    override onDrawForeground(ctx: CanvasRenderingContext2D, canvas: LGraphCanvas) {
      drawBody(lite, this, ctx, canvas.ds.scale, hooks.words?.())
    }

    override onDrawTitleBox(ctx: CanvasRenderingContext2D, height: number) {
      drawStateMark(this, ctx, height)
    }

    /** Starts to scrub a view with time. */
    override onMouseDown(event: MouseEvent, pos: [number, number]): boolean {
      if (event.button !== 0 || !isOnFilm(this, pos)) return false
      this.#scrubbing = true
      this.captureInput(true)
      scrubTo(this, pos[0])
      return true
    }

    override onMouseUp() {
      if (!this.#scrubbing) return
      this.#scrubbing = false
      this.captureInput(false)
    }

    override onMouseMove(event: MouseEvent, pos: [number, number], { canvas }: LGraphCanvas) {
      // The button may have been released outside the page.
      if (this.#scrubbing && !(event.buttons & 1)) this.onMouseUp()
      if (this.#scrubbing) scrubTo(this, pos[0])
      this.#hovered = canvas
      const text = tooltipAt(this, pos, hooks.words?.()) ?? ''
      if (canvas.title !== text) canvas.title = text
    }

    override onMouseLeave() {
      if (this.#hovered) this.#hovered.title = ''
    }
  }
}
