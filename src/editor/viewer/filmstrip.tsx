// The time of a film under its picture: small frames that can be dragged over, and the player.
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { FilmView } from '../../engine/plan/view.ts'
import { paintStrip } from '../../nodes/views/film.ts'
import { offscreen } from '../../nodes/views/sheet.ts'
import { Player } from '../player.tsx'

const HEIGHT = 44

interface FilmstripProps {
  film: FilmView
  at: number
  seek: (at: number) => void
}

export function Filmstrip({ film, at, seek }: FilmstripProps) {
  return (
    <Player film={film} at={at} seek={seek} speeds>
      <Strip film={film} at={at} seek={seek} />
    </Player>
  )
}

/** For the pointer; the slider below it is for keys too. */
function Strip({ film, at, seek }: FilmstripProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useLayoutEffect(() => {
    const element = canvas.current!
    const draw = () => {
      const [width, dense] = [element.clientWidth, devicePixelRatio]
      Object.assign(element, { width: Math.round(width * dense), height: Math.round(HEIGHT * dense) })
      const ctx = element.getContext('2d')!
      ctx.scale(dense, dense)
      paintStrip(ctx, film, { x: 0, y: 0, width, height: HEIGHT }, offscreen)
    }
    draw()
    const observer = new ResizeObserver(draw)
    observer.observe(element)
    return () => observer.disconnect()
  }, [film])
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
