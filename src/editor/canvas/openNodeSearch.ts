// Opens the node search in the middle of the canvas.
import { panelInsets } from '../ui/insets.ts'
import type { Stage } from './stage.ts'
import { showNodeSearch } from './state.ts'

/** Half the width of the node search and its distance from the top bar, in CSS pixels. */
const [HALF, BELOW] = [210, 90]

/** Opens the node search in the middle of the canvas area that panels leave free. */
export function openNodeSearch(stage: Stage, query = '') {
  const insets = panelInsets()
  const { left, right, top } = insets
  const x = left + (innerWidth - left - right) / 2 - HALF
  showNodeSearch({ spot: { page: [x, top + BELOW], graph: stage.middle(insets) }, query })
}
