// Breadcrumbs above the canvas: the path to the open subgraph.
import { useSubgraphs } from './services.ts'
import { icons } from '../ui/icons.tsx'
import { levelTitles } from '../workspace/state.ts'
import { shownDrawer } from '../ui/state.ts'
import { texts } from '../texts/texts.ts'
import { leaveLevel } from '../workspace/navigation.ts'

export function Breadcrumbs() {
  const editor = useSubgraphs()
  const titles = levelTitles.value
  if (!titles.length) return null
  const left = shownDrawer.value ? 'var(--drawer)' : '0px'
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
                onClick={() => leaveLevel(editor, depth)}
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
