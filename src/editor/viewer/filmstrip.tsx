// Timeline of a film of pictures or points: thumbnails to scrub over, and the player.
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Theme } from '../../painters/theme.ts'
import { paintFilmStrip } from '../../painters/film.ts'
import { paintPointsStrip } from '../../painters/scatter.ts'
import { createOffscreen } from '../../painters/sheet.ts'
import type { Timed } from '../../painters/time.ts'
import { Player } from '../ui/filmPlayer.tsx'

const HEIGHT = 44

interface FilmstripProps {
  film: Timed
  theme: Theme
  at: number
  seek: (at: number) => void
}

export function Filmstrip(props: FilmstripProps) {
  return (
    <Player {...props} speeds>
      <Strip {...props} />
    </Player>
  )
}

/** Thumbnails for the pointer; the player's slider also serves keys. */
function Strip({ film, theme, at, seek }: FilmstripProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useLayoutEffect(() => {
    const element = canvas.current
    if (!element) return
    const draw = () => drawStrip(element, film, theme)
    draw()
    const observer = new ResizeObserver(draw)
    observer.observe(element)
    return () => observer.disconnect()
  }, [film, theme])
  const seekTo = ({ buttons, clientX, currentTarget }: PointerEvent) => {
    if (!(buttons & 1)) return
    const { left, width } = (currentTarget as Element).getBoundingClientRect()
    seek(Math.min(1, Math.max(0, (clientX - left) / width)))
  }
  return (
    <div class="strip">
      <canvas
        ref={canvas}
        aria-hidden="true"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          seekTo(event)
        }}
        onPointerMove={seekTo}
      />
      <span class="here" style={{ left: `${100 * at}%` }} />
    </div>
  )
}

function drawStrip(canvas: HTMLCanvasElement, film: Timed, theme: Theme) {
  const [width, density] = [canvas.clientWidth, devicePixelRatio]
  Object.assign(canvas, {
    width: Math.round(width * density),
    height: Math.round(HEIGHT * density),
  })
  const ctx = canvas.getContext('2d')
  if (!ctx) return
  ctx.scale(density, density)
  const box = { x: 0, y: 0, width, height: HEIGHT }
  if (film.kind === 'film') paintFilmStrip(ctx, film, box, createOffscreen)
  else if (film.kind === 'scatter') paintPointsStrip(ctx, film, box, theme)
}
