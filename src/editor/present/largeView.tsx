// The view of a node, as large as the screen allows, with text that is readable from a distance.
import { useEffect, useRef, useState } from 'preact/hooks'
import type { View } from '../../engine/base/view.ts'
import { isDiffusionNode } from '../../litegraph/diffusionNode.ts'
import { darkTheme, lightTheme, paintView } from '../../painters/paint.ts'
import { isTimed } from '../../painters/time.ts'
import { SMALLEST_TEXT } from '../canvas/paint/view.ts'
import { useRunning } from '../running/services.ts'
import { language, texts, translateView } from '../texts/texts.ts'
import { Player } from '../ui/filmPlayer.tsx'
import { MathText } from '../ui/math.tsx'
import { isDark } from '../ui/state.ts'
import { MIN_TEXT } from './stageSteps.ts'

/** Polling interval in milliseconds: nodes have no event for new views. */
const POLL_MS = 100
/** Size of a painter's unit in CSS pixels. */
const UNIT = MIN_TEXT / SMALLEST_TEXT + 0.01

interface Shown {
  view: View | undefined
  scrub: number | undefined
}

export function LargeView({ id }: { id: string }) {
  const { stage } = useRunning()
  const node = stage.node(id)
  const { shown, update } = useShownView(id)
  const { canvas, size } = useCanvasSize()
  const { view, scrub } = shown
  const look = node && isDiffusionNode(node) ? node.flags.chart : undefined
  useEffect(() => {
    if (canvas.current && view) paint(canvas.current, view, size, { scrub, look })
  }, [view, scrub, look, size, isDark.value, language()])
  if (!node || !isDiffusionNode(node)) return null
  const title = node.getTitle()
  return (
    <div class="large-view">
      <h2>
        <MathText>{title}</MathText>
      </h2>
      <div class="picture">
        <canvas ref={canvas} role="img" aria-label={title} hidden={!view} />
        {!view && <p class="none">{texts.canvas.noView}</p>}
      </div>
      {isTimed(view) && (
        <Player
          film={view}
          at={scrub ?? 1}
          seek={(to) => {
            node.diffusion.scrub = to
            stage.redraw()
            update()
          }}
          speeds
        />
      )}
    </div>
  )
}

/** The current view of a node, also during a run. */
function useShownView(id: string): { shown: Shown; update: () => void } {
  const { stage } = useRunning()
  const read = (): Shown => {
    const node = stage.node(id)
    if (!node || !isDiffusionNode(node)) return { view: undefined, scrub: undefined }
    return { view: node.diffusion.view, scrub: node.diffusion.scrub }
  }
  const [shown, setShown] = useState(read)
  const update = () => {
    const next = read()
    setShown((now) => (now.view === next.view && now.scrub === next.scrub ? now : next))
  }
  useEffect(() => {
    update()
    const timer = setInterval(update, POLL_MS)
    return () => clearInterval(timer)
  }, [id])
  return { shown, update }
}

function useCanvasSize() {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [size, setSize] = useState({ width: 0, height: 0 })
  useEffect(() => {
    const place = canvas.current?.parentElement
    if (!place) return
    const observer = new ResizeObserver(() =>
      setSize({ width: place.clientWidth, height: place.clientHeight }),
    )
    observer.observe(place)
    return () => observer.disconnect()
  }, [])
  return { canvas, size }
}

function paint(
  canvas: HTMLCanvasElement,
  view: View,
  { width, height }: { width: number; height: number },
  options: Parameters<typeof paintView>[4],
) {
  const ctx = canvas.getContext('2d')
  if (!ctx || width < 20 || height < 20) return
  const dense = devicePixelRatio || 1
  canvas.width = Math.round(width * dense)
  canvas.height = Math.round(height * dense)
  ctx.scale(dense * UNIT, dense * UNIT)
  const theme = { ...(isDark.value ? darkTheme : lightTheme), translate: translateView }
  paintView(ctx, view, { x: 0, y: 0, width: width / UNIT, height: height / UNIT }, theme, options)
}
