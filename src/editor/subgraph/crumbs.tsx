// Above the canvas, where it shows the inside of a node: the way there, and back.
import { useEditor } from '../context.ts'
import { icons } from '../icons.tsx'
import * as state from '../state.ts'
import { texts } from '../texts.ts'
import { leave } from './actions.ts'

export function Crumbs() {
  const editor = useEditor()
  const titles = state.level.value
  if (!titles.length) return null
  const left = state.drawer.value ? 'var(--drawer)' : '0px'
  const all = [texts.subgraph.graph, ...titles]
  return (
    <nav class="crumbs" aria-label={texts.subgraph.path} style={{ left: `calc(${left} + 12px)` }}>
      <ol>
        {all.map((title, depth) => (
          <li key={depth}>
            {depth < titles.length ? (
              <button
                type="button"
                class="button small"
                aria-label={texts.subgraph.up(title)}
                onClick={() => leave(editor, depth)}
              >
                {title}
              </button>
            ) : (
              <span aria-current="location">{title}</span>
            )}
            {depth < titles.length && <icons.forward />}
          </li>
        ))}
      </ol>
    </nav>
  )
}
