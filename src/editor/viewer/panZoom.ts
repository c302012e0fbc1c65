// Shared pan and zoom of all panes of the viewer. The scene fits until the user moves it.
import { useLayoutEffect, useState } from 'preact/hooks'
import {
  centreViewport,
  fitViewport,
  panViewport,
  zoomViewport,
  type Size,
  type Viewport,
} from './viewport.ts'

export type Position = readonly [number, number]

export interface PanZoom {
  viewport: Viewport
  paneSize: Size
  setPaneSize(size: Size): void
  /** True if the scene fits the pane. */
  fits: boolean
  fit(): void
  /** One pixel of the picture per CSS pixel. */
  actual(): void
  zoom(factor: number, position?: Position): void
  pan(dx: number, dy: number): void
}

export function usePanZoom(scene: Size): PanZoom {
  const [pane, setPane] = useState<Size>({ width: 800, height: 500 })
  const [moved, setMoved] = useState<Viewport>()
  // A scene of another size starts fitted; frames of a film share their viewport.
  useLayoutEffect(() => setMoved(undefined), [scene.width, scene.height])
  const viewport = moved ?? fitViewport(scene, pane, devicePixelRatio)
  const move = (change: (viewport: Viewport) => Viewport) =>
    setMoved((current) => change(current ?? viewport))
  return {
    viewport,
    paneSize: pane,
    setPaneSize: (size) =>
      (size.width !== pane.width || size.height !== pane.height) && setPane(size),
    fits: moved === undefined,
    fit: () => setMoved(undefined),
    actual: () => setMoved(centreViewport(scene, pane, 1)),
    zoom: (factor, position = [pane.width / 2, pane.height / 2]) =>
      move((current) => zoomViewport(current, factor, position, scene, pane)),
    pan: (dx, dy) => move((current) => panViewport(current, dx, dy, scene, pane)),
  }
}
