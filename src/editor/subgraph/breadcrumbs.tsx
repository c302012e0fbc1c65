// Breadcrumbs above the canvas: the path to the open subgraph.
import { useSubgraphs } from './services.ts'
import { icons } from '../ui/icons.tsx'
import { levelTitles } from '../workspace/state.ts'
import { coversCanvas } from '../ui/insets.ts'
import { isSmall } from '../ui/smallScreen.ts'
import { panelShown, shownDrawer } from '../ui/state.ts'
import { texts } from '../texts/texts.ts'
import { leaveLevel } from '../workspace/navigation.ts'

export function Breadcrumbs() {
  const editor = useSubgraphs()
  const titles = levelTitles.value
  if (!titles.length) return null
  if (coversCanvas()) return null
  const left = shownDrawer.value ? 'var(--drawer)' : '0px'
  const right = panelShown.value && !isSmall() ? 'var(--panel)' : '0px'
  const place = {
    left: `calc(${left} + 12px)`,
    maxWidth: `calc(100vw - ${left} - ${right} - 24px)`,
  }
  const all = [texts.subgraph.graph, ...titles]
  return (
    <nav class="crumbs" aria-label={texts.subgraph.path} style={place}>
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
