// Player in the panel for a node that shows a sequence of images or points.
import { useRunning } from '../running/services.ts'
import { useEffect, useState } from 'preact/hooks'
import type { DiffusionNode } from '../../litegraph/diffusionNode.ts'
import { frameAt, isTimed, timeText, type Timed } from '../../painters/time.ts'
import { Player } from '../ui/filmPlayer.tsx'
import { texts, translateView } from '../texts/texts.ts'

/** Polling interval in milliseconds: dragging on the node sends no event. */
const POLL_MS = 100

export function FilmSection({ node }: { node: DiffusionNode }) {
  const { stage } = useRunning()
  const [film, setFilm] = useState<Timed>()
  const [at, setAt] = useState(1)
  useEffect(() => {
    const update = () => {
      const { view, scrub = 1 } = node.diffusion
      setFilm(isTimed(view) ? view : undefined)
      setAt(scrub)
    }
    update()
    const timer = setInterval(update, POLL_MS)
    return () => clearInterval(timer)
  }, [node])
  if (!film) return null
  return (
    <section class="section">
      <h3>
        {texts.panel.timePosition}
        <output>{translateView(timeText(film.t[frameAt(film, at)]))}</output>
      </h3>
      <Player
        film={film}
        at={at}
        seek={(to) => {
          node.diffusion.scrub = to
          setAt(to)
          stage.redraw()
        }}
      />
    </section>
  )
}
