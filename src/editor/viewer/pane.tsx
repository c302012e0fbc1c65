// Canvas of the viewer: paints one scene or two overlaid ones, and hit-tests the pointer.
import type { ComponentChildren, RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import type { Theme } from '../../painters/theme.ts'
import { listenToGestures } from './gestures.ts'
import type { PanZoom, Position } from './panZoom.ts'
import type { Hit, PaintOptions, Scene } from './scene.ts'
import { toScene, type Size, type Viewport } from './viewport.ts'

/** Second scene on top, right of a fraction of the width. */
export interface Overlay {
  scene: Scene
  split: number
}

interface PaneProps {
  scene: Scene
  overlay?: Overlay | undefined
  panZoom: PanZoom
  theme: Theme
  smooth: boolean
  label: string
  onHit: (hit: Hit | undefined) => void
  children?: ComponentChildren
}

export function Pane(props: PaneProps) {
  const { scene, overlay, panZoom, theme, smooth, label, onHit, children } = props
  const box = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const hovered = useRef<Position>(undefined)
  const { viewport, paneSize } = panZoom
  usePaneSize(box, panZoom)
  const reportHit = () =>
    onHit(hovered.current && hitTestPane(hovered.current, scene, overlay, panZoom))
  useGestures(box, panZoom, (position) => {
    hovered.current = position
    reportHit()
  })
  useLayoutEffect(() => {
    if (canvas.current)
      paintPane(canvas.current, scene, overlay, viewport, { size: paneSize, theme, smooth })
    if (hovered.current) reportHit() // The scene may have changed under a resting pointer.
  }, [
    scene,
    overlay?.scene,
    overlay?.split,
    viewport.scale,
    viewport.x,
    viewport.y,
    paneSize,
    theme,
    smooth,
  ])
  return (
    <div ref={box} class="pane">
      <canvas ref={canvas} role="img" aria-label={label} />
      {children}
    </div>
  )
}

function paintPane(
  canvas: HTMLCanvasElement,
  scene: Scene,
  overlay: Overlay | undefined,
  viewport: Viewport,
  options: PaintOptions,
) {
  const { width, height } = options.size
  const density = devicePixelRatio
  Object.assign(canvas, {
    width: Math.round(width * density),
    height: Math.round(height * density),
  })
  const ctx = canvas.getContext('2d')
  if (!ctx) return
  ctx.scale(density, density)
  scene.paint(ctx, viewport, options)
  if (!overlay) return
  ctx.beginPath()
  ctx.rect(overlay.split * width, 0, width, height)
  ctx.clip()
  ctx.clearRect(0, 0, width, height)
  overlay.scene.paint(ctx, overlayViewport(viewport, scene, overlay.scene), options)
}

/** Scales the overlay to the width of the scene below, whatever its pixel size. */
const overlayViewport = (viewport: Viewport, { width }: Size, overlay: Size): Viewport => ({
  ...viewport,
  scale: (viewport.scale * width) / overlay.width,
})

function hitTestPane(
  position: Position,
  scene: Scene,
  overlay: Overlay | undefined,
  { viewport, paneSize }: PanZoom,
): Hit | undefined {
  if (!overlay || position[0] < overlay.split * paneSize.width)
    return scene.hitTest(...toScene(viewport, position))
  return overlay.scene.hitTest(
    ...toScene(overlayViewport(viewport, scene, overlay.scene), position),
  )
}

/** Reports the size of the pane, now and after every resize. */
function usePaneSize(box: RefObject<HTMLDivElement | null>, { setPaneSize }: PanZoom) {
  const latest = useRef(setPaneSize)
  latest.current = setPaneSize
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = element
      if (width && height) latest.current({ width, height })
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
}

function useGestures(
  box: RefObject<HTMLDivElement | null>,
  panZoom: PanZoom,
  onHover: (position: Position | undefined) => void,
) {
  const latest = useRef({ panZoom, onHover })
  latest.current = { panZoom, onHover }
  useEffect(() => (box.current ? listenToGestures(box.current, latest) : undefined), [])
}
