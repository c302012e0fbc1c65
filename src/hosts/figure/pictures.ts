// The pictures of a figure: a canvas for each node that shows something.
import type { View } from '../../engine/base/view.ts'
import { paintView } from '../../painters/paint.ts'
import type { Theme } from '../../painters/theme.ts'
import type { ElementTexts } from './texts.ts'

export interface Pictures {
  element: HTMLElement
  /** Paints a view in the picture with this title. */
  show(title: string, view: View): void
  /** Paints all views again, as after a change of the theme or the height. */
  repaint(): void
  /** The views by title. */
  views(): [string, View][]
  /** The pictures as PNG files, by title. */
  encode(): Promise<Record<string, Uint8Array<ArrayBuffer>>>
  clear(): void
}

/** Width of a picture, in CSS pixels, for a height of 1. */
const ASPECT = 1.3
/** Resolution of the pictures: at least that of a sharp screen, for the files. */
const SCALE = 2

/** Creates the pictures. `look` is read at each painting. */
export function createPictures(
  texts: ElementTexts,
  look: () => { theme: Theme; height: number },
): Pictures {
  const element = document.createElement('div')
  element.className = 'pictures'
  const shown = new Map<string, { canvas: HTMLCanvasElement; view: View; figure: HTMLElement }>()
  const paint = (canvas: HTMLCanvasElement, view: View) => {
    const { theme, height } = look()
    const width = Math.round(height * ASPECT)
    Object.assign(canvas, { width: width * SCALE, height: height * SCALE })
    Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` })
    const ctx = canvas.getContext('2d')
    if (!ctx) return
    ctx.scale(SCALE, SCALE)
    ctx.fillStyle = theme.ground
    ctx.fillRect(0, 0, width, height)
    paintView(ctx, view, { x: 0, y: 0, width, height }, theme)
  }
  const addPicture = (title: string) => {
    const figure = document.createElement('figure')
    const caption = document.createElement('figcaption')
    const canvas = document.createElement('canvas')
    caption.textContent = title
    canvas.setAttribute('role', 'img')
    canvas.setAttribute('aria-label', texts.picture(title))
    figure.append(caption, canvas)
    element.append(figure)
    return { figure, canvas }
  }
  return {
    element,
    show(title, view) {
      const { figure, canvas } = shown.get(title) ?? addPicture(title)
      shown.set(title, { figure, canvas, view })
      paint(canvas, view)
    },
    repaint() {
      for (const { canvas, view } of shown.values()) paint(canvas, view)
    },
    views: () => [...shown].map(([title, { view }]) => [title, view]),
    async encode() {
      const entries = [...shown].map(async ([title, { canvas }]) => {
        const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve))
        return [title, new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer())] as const
      })
      return Object.fromEntries(await Promise.all(entries))
    },
    clear() {
      shown.clear()
      element.replaceChildren()
    },
  }
}
