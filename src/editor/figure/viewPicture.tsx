// A view of a figure, painted as large as its place.
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { ViewAngles } from '../../engine/base/turntable.ts'
import type { View } from '../../engine/base/view.ts'
import { paintView } from '../../painters/paint.ts'
import { darkTheme, lightTheme, type Theme } from '../../painters/theme.ts'
import { frameAt, isTimed, scrubAt, timeText } from '../../painters/time.ts'
import { turnAngles, turnView } from '../../painters/turn.ts'
import { figureTexts } from '../texts/figureTexts.ts'
import { language, translateTitle, translateView } from '../texts/texts.ts'
import { isDark } from '../ui/state.ts'
import type { FigureView } from './choices.ts'
import { describeView } from './describeView.ts'
import { PlotButtons, usePlot, type Plot } from './plotButtons.tsx'

interface Props {
  item: FigureView
  view: View | undefined
  running: boolean
}

interface Size {
  width: number
  height: number
}

/** Width at which texts have their own size, in CSS pixels. Texts of wider views grow. */
const TEXT_WIDTH = 420
const MAX_ZOOM = 1.7
/** More pixels would take longer to paint than to see. */
const MAX_PIXELS = 8e6

export const figureTheme = (dark: boolean, ground?: string): Theme => ({
  ...(dark ? darkTheme : lightTheme),
  ...(ground && { ground }),
  translate: translateView,
})

export function ViewPicture({ item, view, running }: Props) {
  const { frame, size } = useSize()
  const [at, setAt] = useState(1)
  const title = translateTitle(item.title)
  const words = figureTexts()
  const [width, height] = item.size
  return (
    <figure class="figure-view">
      <figcaption>{title}</figcaption>
      <div
        ref={frame}
        class="figure-frame"
        style={{ aspectRatio: String(Math.min(2.4, Math.max(0.75, width / Math.max(1, height)))) }}
      >
        {view ? (
          <Picture item={item} view={view} size={size} at={at} setAt={setAt} title={title} />
        ) : (
          <p class="figure-empty">{running ? words.noViewYet : words.noView}</p>
        )}
      </div>
    </figure>
  )
}

/** Follows the size of an element. */
function useSize() {
  const frame = useRef<HTMLDivElement>(null)
  const [size, setSize] = useState<Size>({ width: 0, height: 0 })
  useLayoutEffect(() => {
    const element = frame.current
    if (!element) return undefined
    const measure = () => setSize({ width: element.clientWidth, height: element.clientHeight })
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return { frame, size }
}

interface PictureProps {
  item: FigureView
  view: View
  size: Size
  at: number
  setAt: (at: number) => void
  title: string
}

function Picture({ item, view: given, size, at, setAt, title }: PictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const { view, drag: turn } = useTurning(given)
  const zoom = Math.min(MAX_ZOOM, Math.max(1, size.width / TEXT_WIDTH))
  const dark = isDark.value
  const words = language()
  const plot = usePlot()
  useLayoutEffect(() => {
    if (canvas.current && size.width > 0)
      paint(canvas.current, view, { size, zoom, at, dark, look: item.look, plot })
  }, [view, size, zoom, at, dark, words, item.look, plot.look])
  const timed = isTimed(view) ? view : undefined
  const scrub = (event: CanvasPointerEvent) => {
    if (turn) return turn(event)
    if (!timed || !(event.buttons & 1)) return
    const box = { x: 0, y: 0, width: size.width / zoom, height: size.height / zoom }
    setAt(scrubAt(box, event.offsetX / zoom))
  }
  return (
    <>
      <canvas
        ref={canvas}
        role="img"
        aria-label={figureTexts().picture(title, describeView(view))}
        class={turn ? 'turned' : timed ? 'timed' : ''}
        onPointerDown={(event) => {
          if (!timed && !turn) return
          event.currentTarget.setPointerCapture(event.pointerId)
          scrub(event)
        }}
        onPointerMove={scrub}
      />
      {view.kind === 'scatter' && <PlotButtons plot={plot} view={view} zoom={zoom} />}
      {timed && (
        <input
          type="range"
          class="figure-time"
          aria-label={figureTexts().time(title)}
          aria-valuetext={translateView(timeText(timed.t[frameAt(timed, at)]))}
          min={0}
          max={timed.t.length - 1}
          step={1}
          value={frameAt(timed, at)}
          onInput={(event) => setAt(event.currentTarget.valueAsNumber / (timed.t.length - 1))}
        />
      )}
    </>
  )
}

type CanvasPointerEvent = PointerEvent & { currentTarget: HTMLCanvasElement }

/** Turns points in space with the pointer. `drag` is undefined for other views. */
function useTurning(view: View): {
  view: View
  drag: ((event: CanvasPointerEvent) => void) | undefined
} {
  const [angles, setAngles] = useState<ViewAngles>()
  const turned = useMemo(
    () => (angles && view.kind === 'scatter' ? turnView(view, angles) : view),
    [view, angles],
  )
  const now = turned.kind === 'scatter' ? turned.space?.angles : undefined
  if (!now) return { view, drag: undefined }
  const drag = ({ buttons, movementX, movementY }: CanvasPointerEvent) => {
    if (buttons & 1) setAngles(turnAngles(now, movementX, movementY))
  }
  return { view: turned, drag }
}

interface Painting {
  size: Size
  /** Size of texts. */
  zoom: number
  at: number
  dark: boolean
  look: FigureView['look']
  plot: Plot
}

function paint(
  canvas: HTMLCanvasElement,
  view: View,
  { size, zoom, at, dark, look, plot }: Painting,
) {
  const area = Math.max(1, size.width * size.height)
  const scale = Math.min(globalThis.devicePixelRatio || 1, Math.sqrt(MAX_PIXELS / area))
  canvas.width = Math.round(size.width * scale)
  canvas.height = Math.round(size.height * scale)
  const ctx = canvas.getContext('2d')
  if (!ctx) return
  ctx.scale(scale * zoom, scale * zoom)
  const ground = getComputedStyle(canvas).getPropertyValue('--field').trim()
  const box = { x: 0, y: 0, width: size.width / zoom, height: size.height / zoom }
  const { look: shown, onControls } = plot
  paintView(ctx, view, box, figureTheme(dark, ground), {
    scrub: at,
    look,
    plot: shown,
    onControls,
  })
}
