// From one problem to the next: what keeps the graph from running, then what is worth knowing.
import { outerId } from '../engine/plan/graph.ts'
import type { Editor } from './editor.ts'
import * as state from './state.ts'

/** Selects the node of the next problem after the one that is selected, and shows it with what to do about it. */
export function nextProblem(editor: Editor) {
  const { faults, notices } = state.run
  const places = [...new Set([...faults.value, ...notices.value].map(({ node }) => outerId(node)))]
  const [selected] = state.selection.value
  const next = places[(places.indexOf(selected === undefined ? '' : editor.stage.fullId(selected)) + 1) % places.length]
  if (next === undefined) return
  editor.showPanel(true)
  if (editor.stage.titlesOf(next)) editor.goTo(next)
  else editor.stage.select([])
}

/** The list of all problems, with the keys at the first that leads somewhere. */
export function listProblems({ stage, showPanel }: Editor) {
  stage.select([])
  showPanel(true)
  requestAnimationFrame(() => document.querySelector<HTMLElement>('.panel .fault .link')?.focus())
}
