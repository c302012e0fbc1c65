// Navigation through problems: faults first, then notices.
import { goToNode } from '../workspace/navigation.ts'
import { outerId } from '../../engine/base/ids.ts'
import type { Editor } from './services.ts'
import { showPanel } from '../ui/state.ts'
import { runState } from '../running/state.ts'
import { selectedIds } from '../canvas/state.ts'

/**
 * Selects the node of the next problem after the selected node, and opens the panel with its cure.
 */
export function nextProblem(editor: Editor) {
  const { faults, notices } = runState
  const places = [...new Set([...faults.value, ...notices.value].map(({ node }) => outerId(node)))]
  const [selected] = selectedIds.value
  const next =
    places[
      (places.indexOf(selected === undefined ? '' : editor.stage.fullId(selected)) + 1) %
        places.length
    ]
  if (next === undefined) return
  showPanel(true)
  if (editor.stage.nodeTitles(next)) goToNode(editor, next)
  else editor.stage.select([])
}

/** Shows the list of all problems, and focuses the first link in it. */
export function listProblems({ stage }: Editor) {
  stage.select([])
  showPanel(true)
  requestAnimationFrame(() => document.querySelector<HTMLElement>('.panel .fault .link')?.focus())
}
