// The time of a film, of pictures or points, under its picture: small frames that can be dragged over, and the player.
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Theme } from '../../nodes/views/canvas.ts'
import { paintStrip } from '../../nodes/views/film.ts'
import { paintPointsStrip } from '../../nodes/views/scatter.ts'
import { offscreen } from '../../nodes/views/sheet.ts'
import type { Timed } from '../../nodes/views/time.ts'
import { Player } from '../player.tsx'

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

/** For the pointer; the slider below it is for keys too. */
function Strip({ film, theme, at, seek }: FilmstripProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useLayoutEffect(() => {
    const element = canvas.current!
    const draw = () => {
      const [width, dense] = [element.clientWidth, devicePixelRatio]
      Object.assign(element, { width: Math.round(width * dense), height: Math.round(HEIGHT * dense) })
      const ctx = element.getContext('2d')!
      ctx.scale(dense, dense)
      const box = { x: 0, y: 0, width, height: HEIGHT }
      if (film.kind === 'film') paintStrip(ctx, film, box, offscreen)
      else paintPointsStrip(ctx, film, box, theme)
    }
    draw()
    const observer = new ResizeObserver(draw)
    observer.observe(element)
    return () => observer.disconnect()
  }, [film, theme])
  const to = (event: PointerEvent) => {
    if (!(event.buttons & 1)) return
    const { left, width } = canvas.current!.getBoundingClientRect()
    seek(Math.min(1, Math.max(0, (event.clientX - left) / width)))
  }
  return (
    <div class="strip">
      <canvas
        ref={canvas}
        aria-hidden="true"
        onPointerDown={(event) => {
          canvas.current!.setPointerCapture(event.pointerId)
          to(event)
        }}
        onPointerMove={to}
      />
      <span class="here" style={{ left: `${100 * at}%` }} />
    </div>
  )
}
