// Contexts of canvases outside the page.

/** The context of a canvas outside the page, which has all that painters use. */
export function context2d(canvas: OffscreenCanvas): CanvasRenderingContext2D {
  const ctx = canvas.getContext('2d')
  if (!ctx) throw new Error('This canvas has a context of another kind.')
  return ctx as unknown as CanvasRenderingContext2D
}
