// A film in the panel, of pictures or points, for the keyboard and to be played; on the node it is dragged.
import { useEffect, useState } from 'preact/hooks'
import type { DiffusionNode } from '../nodes/litegraph/node.ts'
import { frameAt, isTimed, timeText, type Timed } from '../nodes/views/time.ts'
import { useEditor } from './context.ts'
import { Player } from './player.tsx'
import { texts, viewText } from './texts.ts'

/** Nothing tells of a drag on the node; looked at so often, in milliseconds. */
const LOOK = 100

export function Scrub({ node }: { node: DiffusionNode }) {
  const { stage } = useEditor()
  const [film, setFilm] = useState<Timed>()
  const [at, setAt] = useState(1)
  useEffect(() => {
    const look = () => {
      const { view, scrub = 1 } = node.diffusion
      setFilm(isTimed(view) ? view : undefined)
      setAt(scrub)
    }
    look()
    const timer = setInterval(look, LOOK)
    return () => clearInterval(timer)
  }, [node])
  if (!film) return null
  return (
    <section class="section">
      <h3>
        {texts.panel.scrub}
        <output>{viewText(timeText(film.t[frameAt(film, at)]!))}</output>
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
